"""The one OpenSearch node that every side of the comparison writes to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson

from service.engine.node import Node
from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions

# With 1 GB, the garbage of flat-out bulks reaches the real-memory circuit breaker now and then.
HEAP: Final = "2g"
NAMES: Final = IndexNames("bench-users")

# The node of demo and tests gives up the full compiler and the concurrent collector to start fast;
# under measurement it runs as OpenSearch itself would start.
_AS_IN_PRODUCTION: Final = ("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC")


class Engine:
    """Requests to the node, beside what is measured."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """A request; its JSON. Raises aiohttp's errors, except on 404; with OpenSearch's words."""
        data = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        async with self.session.request(
            method, self.url + path, data=data, headers={"content-type": "application/json"}
        ) as answer:
            read = await answer.read()
            if answer.status >= 400 and answer.status != 404:
                raise aiohttp.ClientResponseError(
                    answer.request_info,
                    answer.history,
                    status=answer.status,
                    message=read[:500].decode(errors="replace"),
                )
            return orjson.loads(read)

    async def fresh_index(self) -> None:
        """The index as the service makes it, empty."""
        await self.remove_index()
        client = connect(OpenSearchOptions(url=self.url))
        try:
            await bootstrap(client, NAMES)
        finally:
            await client.close()

    async def remove_index(self) -> None:
        """Nothing is left but the templates."""
        await self.call("DELETE", f"/{NAMES.pattern}?ignore_unavailable=true")

    async def found(self, index: str, event_ids: list[str]) -> list[str]:
        """Which of these events' documents a search finds."""
        answer = await self.call(
            "POST",
            f"/{index}/_search?filter_path=hits.hits._source.event.id",
            {
                "size": len(event_ids),
                "track_total_hits": False,
                "_source": ["event.id"],
                "query": {"bool": {"filter": {"terms": {"event.id": event_ids}}}},
            },
        )
        hits = answer.get("hits", {}).get("hits", [])
        return [hit["_source"]["event"]["id"] for hit in hits]

    async def count(self, index: str) -> int:
        """Documents that a search finds."""
        found = await self.call("GET", f"/{index}/_count")
        return int(found["count"])


@asynccontextmanager
async def running_engine(folder: Path) -> AsyncIterator[Engine]:
    """A node with its own folder, for as long as the benchmark runs."""
    node = await asyncio.to_thread(
        lambda: Node.start(folder, heap=HEAP, jvm_options=_AS_IN_PRODUCTION)
    )
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
            yield Engine(node.url, session)
    finally:
        await asyncio.to_thread(node.close)
