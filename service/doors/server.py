"""aiohttp's low-level server, with two things more.

It also answers a sender that has ended its own side: `nc -N`, and some proxies, send a whole
request and then say that no other will come. aiohttp takes that for a sender who has gone: its
event would be kept, and sent again for want of an answer.

And it has room for a sender, however many connections strangers keep open: the system would turn
everybody away then, and the files that it has left are needed for the journal and OpenSearch.

Neither says which version of what is at work.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, Final, cast

from aiohttp import StreamReader, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

SERVER: Final = "user-sync"  # aiohttp's own value tells strangers which versions to attack

# Among so many of the oldest an idle one is looked for: each new connection takes this time.
_LOOKED_AT = 100


class Connection(web.RequestHandler):
    """One connection. body: of the request that was begun last."""

    __slots__ = ("body",)

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(server, loop=loop, **options)
        self.body: StreamReader | None = None

    @property
    def is_idle(self) -> bool:
        """Nothing is being answered; a request may be on its way."""
        if self._request_count == 0:
            return True
        return self._waiter is not None and not self._waiter.done()

    def cut(self) -> None:
        """Close it now, whatever isn't sent or read yet."""
        if self.transport is not None:
            self.transport.abort()
        self.force_close()

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio reads what it returns
        """Nothing more comes; True keeps the connection for the answer to what is whole."""
        if self.is_idle:
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
    """As aiohttp's, with connections of this kind.

    most_connections: for one beyond that, another is closed, of those that have been there longest
    and if possible an idle one. crowded: called each time.
    """

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        *,
        most_connections: int,
        crowded: Callable[[], None],
        **options: Any,
    ) -> None:
        super().__init__(handler, **options)
        self._most_connections = most_connections
        self._crowded = crowded

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Make room for it if need be."""
        if len(self._connections) >= self._most_connections:
            self._crowded()
            oldest = cast("list[Connection]", list(islice(self._connections, _LOOKED_AT)))
            one = next((one for one in oldest if one.is_idle), oldest[0])
            del self._connections[one]  # its end comes later, other connections may come before
            one.cut()
        super().connection_made(handler, transport)

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


class AppRunner(web.AppRunner):
    """Runs an application on such a server; its answers are taken for what they say they are.

    most_connections, crowded: of the server.
    """

    __slots__ = ("_crowded", "_most_connections")

    def __init__(
        self,
        app: web.Application,
        *,
        most_connections: int,
        crowded: Callable[[], None],
        **options: Any,
    ) -> None:
        super().__init__(app, **options)
        self._most_connections = most_connections
        self._crowded = crowded
        app.on_response_prepare.append(_add_headers)

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return Server(
            plain.request_handler,
            request_factory=plain.request_factory,
            most_connections=self._most_connections,
            crowded=self._crowded,
            **plain._kwargs,  # noqa: SLF001  what the application adds to the options
        )


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers[hdrs.SERVER] = SERVER
    response.headers["X-Content-Type-Options"] = "nosniff"
