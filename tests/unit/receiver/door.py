"""A door on a free port before a journal in memory that a test can hold up or break."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from service.journal.records import Entry
from service.receiver.authorisation import Credentials
from service.receiver.options import ReceiverOptions
from service.receiver.receiver import Receiver

HOST = "127.0.0.1"
TOKEN = "s3cret-token"
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
EVENT = b'{"specversion":"1.0","type":"user.created","id":"evt_1","source":"s","data":{}}'
DEADLINE_S = 10.0


class MemoryJournal:
    """Keeps entries; `open` unset holds appends up, `fault` makes them fail."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.waiting = 0
        self.open = asyncio.Event()
        self.open.set()
        self.fault: Exception | None = None

    async def append(self, entries: Sequence[Entry]) -> None:
        """Keep the entries, as soon as the journal is open."""
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        if self.fault is not None:
            raise self.fault
        self.bodies += [entry.body for entry in entries]

    def refusal(self) -> Exception | None:
        """What an append would raise."""
        return self.fault


class Door:
    """The receiver under test with what it counted."""

    def __init__(self, journal: MemoryJournal, options: ReceiverOptions) -> None:
        self.journal = journal
        self.refused: list[str] = []
        self.receiver = Receiver(
            journal,
            Credentials(bearer_tokens=[TOKEN]),
            options,
            refused=self.refused.append,
            now_us=lambda: 0,
        )

    def url(self, path: str) -> str:
        """Where a path is."""
        return f"http://{HOST}:{self.receiver.port}{path}"


@asynccontextmanager
async def opened(options: ReceiverOptions | None = None) -> AsyncIterator[Door]:
    """An open door; closed at the end, whatever the test left unfinished."""
    door = Door(MemoryJournal(), options or ReceiverOptions())
    await door.receiver.start(HOST, 0)
    try:
        yield door
    finally:
        door.journal.open.set()
        await door.receiver.stop()


class Wire:
    """A raw connection to the door."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Write and flush."""
        self._writer.write(data)
        await self._writer.drain()

    async def end(self) -> None:
        """Say that nothing more comes."""
        with suppress(OSError):
            self._writer.write_eof()

    async def head(self) -> bytes:
        """An answer's status line and headers; empty when the connection was closed instead."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self._reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return b""

    async def rest(self) -> bytes:
        """Everything until the connection is closed."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """A raw connection, closed at the end."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """An authorised POST as bytes; `length` other than the body's leaves it unfinished."""
    lines = [
        "POST /webhook HTTP/1.1",
        f"Host: {HOST}",
        f"Authorization: Bearer {TOKEN}",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body
