"""Reading a request's body, bounded in size and in time."""

import asyncio

from aiohttp import hdrs, web

from service.receiver.content_coding import BodyTooLarge


class BodyIncomplete(Exception):
    """The sender stalled, went away or broke the transfer: there is no whole body."""


class BodyReader:
    """Reads whole bodies; `hurry` ends the waiting for those that are not there yet."""

    def __init__(self, *, limit: int, timeout_s: float) -> None:
        self._limit = limit
        self._timeout_s = timeout_s
        self._waiting: set[asyncio.Timeout] = set()

    async def read(self, request: web.BaseRequest) -> bytes:
        """The body as sent. Raises BodyTooLarge and BodyIncomplete."""
        content = request.content
        try:
            if content.is_eof():  # it came with the headers, as nearly all do
                body = content.read_nowait()
                if len(body) > self._limit:
                    raise BodyTooLarge
                return body
            if (request.content_length or 0) > self._limit:
                raise BodyTooLarge
            return await self._receive(request)
        except (TimeoutError, ConnectionError, web.RequestPayloadError) as fault:
            raise BodyIncomplete from fault

    def hurry(self) -> None:
        """Give up on the bodies that are still on their way."""
        now = asyncio.get_running_loop().time()
        for timeout in self._waiting:
            if not timeout.expired():
                timeout.reschedule(now)

    async def _receive(self, request: web.BaseRequest) -> bytes:
        if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = bytearray()
        async with asyncio.timeout(self._timeout_s) as timeout:
            self._waiting.add(timeout)
            try:
                while chunk := await request.content.readany():
                    body += chunk
                    if len(body) > self._limit:
                        raise BodyTooLarge
            finally:
                self._waiting.discard(timeout)
        return bytes(body)
