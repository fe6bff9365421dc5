"""A bound on how long a request's body may take to come."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web


def bodies_within(timeout_s: float) -> Any:
    """A middleware: whoever hasn't sent a whole body by then is cut off, without an answer.

    Of an answer, however long, it knows nothing.
    """

    @web.middleware
    async def hurry(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.content.is_eof():
            return await handler(request)
        cutting = asyncio.get_running_loop().call_later(timeout_s, _cut_off, request)
        try:
            return await handler(request)
        finally:
            cutting.cancel()

    return hurry


def _cut_off(request: web.Request) -> None:
    if not request.content.is_eof() and isinstance(request.transport, asyncio.WriteTransport):
        request.transport.abort()
