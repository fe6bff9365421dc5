"""The private door's `/healthz` and `/metrics`; the search API and the console join as sub-apps."""

from collections.abc import Callable

import orjson
from aiohttp import web

from service.observability.health import Health
from service.observability.metrics import Metrics
from service.observability.printable import printable_json


def private_app(metrics: Metrics, health: Callable[[], Health]) -> web.Application:
    """An aiohttp application with two routes.

    GET /healthz: 200 when every check holds, else 503; JSON with each check by name.
    GET /metrics: Prometheus text, or OpenMetrics when the client asks for it.
    Add rooms with `app.add_subapp("/api/v1", …)` before it starts.
    """

    async def healthz(_: web.Request) -> web.Response:
        found = health()
        told = orjson.dumps(found.as_dict(), option=orjson.OPT_INDENT_2)
        return web.Response(
            status=200 if found.ok else 503,
            text=printable_json(told.decode()) + "\n",
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    async def exposition(request: web.Request) -> web.Response:
        body, content_type = metrics.expose(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", exposition)
    return app
