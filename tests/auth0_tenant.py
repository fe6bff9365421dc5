"""An Auth0 tenant's Management API, as far as a users export needs it, on loopback.

By Auth0's reference: a token for the audience, a job that is pending, then processing, then
completed with a link that is good once, errors in the two shapes that Auth0 has.
"""

import gzip
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

CLIENT_ID, CLIENT_SECRET = "client-1", "secret-of-client-1"

Fault = Callable[[], web.Response]


def refusal(status: int, message: str, code: str = "", **headers: str) -> Fault:
    """An error of the Management API."""
    body = {"statusCode": status, "error": "Error", "message": message, "errorCode": code}
    return lambda: web.json_response(body, status=status, headers=headers)


class Auth0Tenant:
    """users: what an export gives. faults: answered in place of the next requests of a path, one
    each. asked: the paths asked for, in order. looks: at a job before it is completed.
    """

    def __init__(self, users: Sequence[Any] = ()) -> None:
        self.users = users
        self.faults: dict[str, list[Fault]] = {}
        self.asked: list[str] = []
        self.looks = 2
        self.url = ""
        self.created_s: float | None = None
        self.final: dict[str, Any] = {"status": "completed"}
        self._jobs: dict[str, dict[str, Any]] = {}
        self._links: dict[str, str] = {}
        self._tokens: set[str] = set()

    def revoke(self) -> None:
        """No token that was given is taken any more."""
        self._tokens.clear()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._faulty])
        app.router.add_post("/oauth/token", self._token)
        app.router.add_post("/api/v2/jobs/users-exports", self._create)
        app.router.add_get("/api/v2/jobs/{id}", self._job)
        app.router.add_get("/link/{name}", self._download)
        return app

    @web.middleware
    async def _faulty(
        self, request: web.Request, handler: Callable[[web.Request], Any]
    ) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        for beginning, faults in self.faults.items():
            if request.path.startswith(beginning) and faults:
                return faults.pop(0)()
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _token(self, request: web.Request) -> web.Response:
        body = await request.json()
        if (body["client_id"], body["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            error = {"error": "access_denied", "error_description": "Unauthorized"}
            return web.json_response(error, status=401)
        assert body["grant_type"] == "client_credentials"
        assert body["audience"] == f"{self.url}/api/v2/"
        token = f"token-{len(self.asked)}"
        self._tokens.add(token)
        return web.json_response({"access_token": token, "expires_in": 86400})

    def _authorised(self, request: web.Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self._tokens

    async def _create(self, request: web.Request) -> web.Response:
        if not self._authorised(request):
            return refusal(401, "Invalid token", "invalid_token")()
        body = await request.json()
        assert body["format"] == "json"
        assert len(body["fields"]) <= 30
        created = datetime.fromtimestamp(self.created_s or time.time(), UTC)
        job = {
            "type": "users_export",
            "status": "pending",
            "id": f"job_{len(self._jobs)}",
            "created_at": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "fields": body["fields"],
        }
        self._jobs[job["id"]] = {**job, "looks": self.looks}
        return web.json_response(job, status=201)

    async def _job(self, request: web.Request) -> web.Response:
        if not self._authorised(request):
            return refusal(401, "Expired token received", "invalid_token")()
        job = self._jobs[request.match_info["id"]]
        told = {key: value for key, value in job.items() if key != "looks"}
        if job["looks"]:
            job["looks"] -= 1
            return web.json_response({**told, "status": "processing", "percentage_done": 40})
        if self.final["status"] == "completed":
            name = f"{len(self._links)}.json.gz"
            self._links[name] = job["id"]
            told["location"] = f"{self.url}/link/{name}"
        return web.json_response({**told, **self.final})

    async def _download(self, request: web.Request) -> web.Response:
        # A signed link; a token beside it is refused.
        assert "authorization" not in request.headers
        job = self._jobs[self._links.pop(request.match_info["name"])]
        names = [field["name"] for field in job["fields"]]
        lines = [
            orjson.dumps({name: user[name] for name in names if name in user})
            for user in self.users
        ]
        return web.Response(
            body=gzip.compress(b"".join(line + b"\n" for line in lines)),
            content_type="application/gzip",
        )


@asynccontextmanager
async def running_tenant(users: Sequence[Any] = ()) -> AsyncIterator[Auth0Tenant]:
    """A tenant that answers at its url."""
    tenant = Auth0Tenant(users)
    runner = web.AppRunner(tenant.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    tenant.url = f"http://{host}:{port}"
    try:
        yield tenant
    finally:
        await runner.cleanup()
