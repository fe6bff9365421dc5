"""L1: aiohttp and uvloop read a body and answer 204. Nothing is checked, kept or sent on.

python -m bench.limits.receive PORT
"""

import sys

import uvloop
from aiohttp import web


async def answer(request: web.Request) -> web.Response:
    """Read, and forget."""
    await request.read()
    return web.Response(status=204)


async def _app() -> web.Application:
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_post("/webhook", answer)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(_app(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
