"""What the door answers. Problems are small JSON texts; an accepted request gets a bare 204."""

import time
from collections.abc import Mapping
from email.utils import formatdate

import orjson
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from service.doors.server import SERVER


class Acknowledgement(web.StreamResponse):
    """The 204 of an accepted request: one instance for all, written as ready bytes.

    aiohttp makes a response's headers anew for each request, a fifth of the whole cost of one.
    It can't close a connection or speak HTTP/1.0: `acknowledge` and `closing` see to that.
    """

    def __init__(self) -> None:
        super().__init__(status=204)
        self._second = 0
        self._lines = b""

    @property
    def keep_alive(self) -> bool:
        """The connection stays open."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it. Raises ConnectionResetError when nobody is there any more."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        second = int(time.time())
        if second != self._second:
            self._second = second
            date = formatdate(second, usegmt=True)
            head = f"HTTP/1.1 204 No Content\r\nDate: {date}\r\nServer: {SERVER}\r\n\r\n"
            self._lines = head.encode()
        transport.write(self._lines)
        if request.protocol.writing_paused:
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """There is no body."""


_ACKNOWLEDGEMENT = Acknowledgement()


def acknowledge(request: web.BaseRequest) -> web.StreamResponse:
    """204 without a body."""
    if request.keep_alive and request.version == (1, 1):
        return _ACKNOWLEDGEMENT
    return _plain_204()


def problem(
    status: int, error: str, headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """`{"error": …}`."""
    return _json(status, {"error": error}, headers or {})


def report(status: int, body: Mapping[str, str]) -> web.StreamResponse:
    """The answer to a probe, never kept by a cache."""
    return _json(status, body, {"Cache-Control": "no-store"})


def closing(response: web.StreamResponse) -> web.StreamResponse:
    """The same answer, after which the connection is closed."""
    if isinstance(response, Acknowledgement):
        response = _plain_204()
    response.force_close()
    return response


def hang_up(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return _plain_204()  # not sent: there is no connection to send it on


def _plain_204() -> web.StreamResponse:
    return web.Response(status=204, headers={"Server": SERVER})


def _json(status: int, body: Mapping[str, str], headers: Mapping[str, str]) -> web.StreamResponse:
    return web.Response(
        status=status,
        body=orjson.dumps(body),
        content_type="application/json",
        headers={"Server": SERVER, **headers},
    )
