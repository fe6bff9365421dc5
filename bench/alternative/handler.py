"""A: an aiohttp handler that does one versioned `index` per request through opensearch-py.

    python -m bench.alternative.handler PORT ENGINE_URL INDEX

Newer wins by the event's time, deletions are versioned too: as good as it gets without keeping
anything. What it can't do: answer while OpenSearch is away, and remember a deletion for longer than
`index.gc_deletes`.
"""

import sys
from datetime import datetime

import uvloop
from aiohttp import web
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConflictError, NotFoundError


class Handler:
    """Writes each event's profile as it comes."""

    def __init__(self, engine_url: str, index: str, token: str) -> None:
        self._client = AsyncOpenSearch(hosts=[engine_url], maxsize=64)
        self._index = index
        self._authorization = f"Bearer {token}"

    async def webhook(self, request: web.Request) -> web.Response:
        """Answer once OpenSearch has the document."""
        if request.headers.get("Authorization") != self._authorization:
            return web.Response(status=401)
        event = await request.json()
        user = event["data"]["object"]
        version = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
        target = {
            "index": self._index,
            "id": user["user_id"],
            "version": version,
            "version_type": "external",
        }
        try:
            if event["type"] == "user.deleted":
                await self._client.delete(**target)
            else:
                await self._client.index(**target, body={**user, "event": {"id": event["id"]}})
        except (ConflictError, NotFoundError):
            pass  # there is something newer, or nothing to delete
        return web.Response(status=204)

    async def close(self, _: web.Application) -> None:
        """Let go of the connections."""
        await self._client.close()


async def _app(engine_url: str, index: str, token: str) -> web.Application:
    handler = Handler(engine_url, index, token)
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_post("/webhook", handler.webhook)
    app.on_cleanup.append(handler.close)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(
        _app(*sys.argv[2:5]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        access_log=None,
        print=None,
    )
