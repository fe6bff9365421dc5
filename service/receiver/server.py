"""aiohttp's low-level server, which also answers a sender that has ended its own side.

`nc -N`, and some proxies, send a whole request and then say that no other will come. aiohttp takes
that for a sender who has gone: its event would be kept, and sent again for want of an answer.
"""

import asyncio
from typing import Any

from aiohttp import StreamReader, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from service.receiver.answers import SERVER


class Connection(web.RequestHandler):
    """One connection. body: of the request that was begun last."""

    __slots__ = ("body",)

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(server, loop=loop, **options)
        self.body: StreamReader | None = None

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio reads what it returns
        """Nothing more comes; True keeps the connection for the answer to what is whole."""
        if self._waiter is not None and not self._waiter.done():
            return False  # there is no request
        newest = self._messages[-1][1] if self._messages else self.body
        if newest is None or not newest.is_eof():
            return False
        self.close()  # after the answer
        return True

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """aiohttp's answer to what is not HTTP, under our name."""
        response = super().handle_error(request, status, exc, message)
        response.headers[hdrs.SERVER] = SERVER
        return response


class Server(web.Server):
    """As aiohttp's, with connections of this kind."""

    def __call__(self) -> Connection:
        """A new one."""
        return Connection(self, self._loop, **self._kwargs)

    def _make_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        protocol.body = payload  # type: ignore[attr-defined]  # a Connection
        return web.BaseRequest(message, payload, protocol, writer, task, self._loop)
