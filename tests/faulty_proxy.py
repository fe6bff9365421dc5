"""An HTTP proxy between the service and OpenSearch that misbehaves when told to.

It forwards to the real engine and lets a fault have its way with each request: answer in the
engine's place, cut the engine's answer, say nothing, or take single items out of a `_bulk`. It runs
in a thread of its own, so that a module's tests can share one.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import orjson

_HOP_BY_HOP = frozenset({"connection", "content-length", "host", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head. size: bytes of its body. number: how many came before it."""

    method: str
    path: str
    headers: Mapping[str, str]
    size: int
    number: int

    @property
    def is_bulk(self) -> bool:
        """Whether documents are written."""
        return self.path.partition("?")[0].endswith("/_bulk")


@dataclass(frozen=True, slots=True)
class Answer:
    """Said in the engine's place. early: before the body was read, closing the connection."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    early: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection is closed without an answer. forwarded: after the engine did the work."""

    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The engine does the work; half of its answer is sent, then the connection closed."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The engine does the work; nothing is ever answered."""


@dataclass(frozen=True, slots=True)
class RefuseItems:
    """Of a bulk's items, those for which `refused` holds never reach the engine; each is answered
    with `result`. refused: told the document's id."""

    refused: Callable[[str], bool]
    result: Mapping[str, Any]


Misbehaviour = Answer | HangUp | CutAnswer | Silence | RefuseItems
Fault = Callable[[Request], Misbehaviour | None]


@dataclass
class FaultyProxy:
    """Set `fault` to break things, None to heal them.

    met: how often it broke something. bulks: how many `_bulk` requests there were since the last
    change. most_at_once: how many of them were ever under way together.
    """

    target: str
    port: int = 0
    fault: Fault | None = None
    met: int = 0
    bulks: int = 0
    most_at_once: int = 0
    _bulks_now: int = 0
    _requests: int = 0
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """What the service takes for OpenSearch."""
        return f"http://127.0.0.1:{self.port}"

    def break_bulks(self, *ways: Misbehaviour | None) -> None:
        """From now on each `_bulk` is treated in one of these ways, in turn; the rest passes.

        None lets it pass.
        """

        def fault(request: Request) -> Misbehaviour | None:
            return ways[self.bulks % len(ways)] if request.is_bulk else None

        self.heal()
        self.fault = fault

    def heal(self) -> None:
        """From now on everything passes."""
        self.fault, self.met, self.bulks = None, 0, 0

    async def serve(self, started: Callable[[], None], stop: asyncio.Event) -> None:
        """Listen on a free port until stop."""
        server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        # The engine's answer is passed on as it is: ask for nothing that the service didn't.
        own = ("accept", "accept-encoding", "content-type", "user-agent")
        async with aiohttp.ClientSession(skip_auto_headers=own) as self._session:
            started()
            await stop.wait()
            server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the proxy ends: the connections that the service keeps go with it.
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._exchange(reader, writer):
                pass
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and what becomes of it; whether the connection stays open."""
        request = self._head(await reader.readuntil(b"\r\n\r\n"))
        self.bulks += request.is_bulk
        self._bulks_now += request.is_bulk
        self.most_at_once = max(self.most_at_once, self._bulks_now)
        try:
            return await self._treat(request, reader, writer)
        finally:
            self._bulks_now -= request.is_bulk

    async def _treat(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        way = self.fault(request) if self.fault else None
        self.met += way is not None
        if isinstance(way, Answer) and way.early:
            writer.write(_response(way))
            await writer.drain()
            return False
        body = await reader.readexactly(request.size)
        match way:
            case Answer():
                answer = way
            case HangUp(forwarded=False):
                return False
            case RefuseItems():
                answer = await self._without(way, request, body)
            case _:
                answer = await self._forward(request, body)
        match way:
            case HangUp():
                return False
            case Silence():
                await reader.read()  # until the service gives up
                return False
            case CutAnswer():
                whole = _response(answer)
                writer.write(whole[: len(whole) - len(answer.body) // 2 - 1])
                await writer.drain()
                return False
        writer.write(_response(answer, bodiless=request.method == "HEAD"))
        await writer.drain()
        return True

    def _head(self, head: bytes) -> Request:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, colon, value in (line.partition(":") for line in lines)
            if colon
        }
        self._requests += 1
        size = int(headers.get("content-length", "0"))
        return Request(method, path, headers, size, self._requests)

    async def _forward(self, request: Request, body: bytes) -> Answer:
        assert self._session is not None
        headers = {name: text for name, text in request.headers.items() if name not in _HOP_BY_HOP}
        try:
            # As bytes, aiohttp would warn of a large one.
            sent = BytesIO(body) if body else None
            async with self._session.request(
                request.method, self.target + request.path, data=sent, headers=headers
            ) as reply:
                content_type = reply.headers.get("content-type", "")
                return Answer(reply.status, await reply.read(), content_type)
        except (aiohttp.ClientError, OSError):
            return Answer(502, b"<html>Bad Gateway</html>", "text/html")

    async def _without(self, way: RefuseItems, request: Request, body: bytes) -> Answer:
        """Forward the items that aren't refused, and answer for all of them in their order."""
        operations = list(_operations(body))
        refused = [way.refused(meta["_id"]) for _, meta, _ in operations]
        passed = b"".join(
            lines for (_, _, lines), no in zip(operations, refused, strict=True) if not no
        )
        items: Iterator[Any] = iter(())
        if passed:
            reply = await self._forward(request, passed)
            items = iter(orjson.loads(reply.body)["items"])
        answered = [
            {action: dict(way.result)} if no else next(items)
            for (action, _, _), no in zip(operations, refused, strict=True)
        ]
        return Answer(200, orjson.dumps({"items": answered}))


def _operations(body: bytes) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    """Of a `_bulk` body: action, its metadata, and its lines."""
    lines = iter(body.splitlines(keepends=True))
    for line in lines:
        ((action, meta),) = orjson.loads(line).items()
        yield action, meta, line if action == "delete" else line + next(lines)


def _response(answer: Answer, *, bodiless: bool = False) -> bytes:
    kind = f"Content-Type: {answer.content_type}\r\n" if answer.content_type else ""
    head = f"HTTP/1.1 {answer.status} X\r\n{kind}Content-Length: {len(answer.body)}\r\n\r\n"
    return head.encode() + (b"" if bodiless else answer.body)


@contextmanager
def faulty_proxy(target: str) -> Iterator[FaultyProxy]:
    """A proxy before `target`, running until left."""
    proxy = FaultyProxy(target)
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(proxy.serve(ready.set, stop))

    thread = threading.Thread(target=run, name="faulty-proxy")
    thread.start()
    assert ready.wait(10)
    yield proxy
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    assert not thread.is_alive()
