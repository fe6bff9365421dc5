"""What a stranger on the private door's network can't do, and what a slow but honest one can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from service.doors.patience import bodies_within
from service.doors.server import AppRunner

HOST = "127.0.0.1"
HEAD = b"POST /api/read HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
SLOW_S = 0.3


class Door:
    """An application's, with what it was asked."""

    def __init__(self) -> None:
        self.crowded = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.asked = asyncio.Event()
        self.going_on = asyncio.Event()
        self.runner = AppRunner(
            self._app(),
            most_connections=3,
            crowded=self._crowd,
            keepalive_timeout=60.0,
            shutdown_timeout=0.1,
        )

    def _app(self) -> web.Application:
        below = web.Application()
        below.router.add_post("/read", self._read)
        below.router.add_route("*", "/export", self._export)
        app = web.Application(middlewares=[bodies_within(SLOW_S)])
        app.add_subapp("/api", below)
        return app

    def _crowd(self) -> None:
        self.crowded += 1

    async def _read(self, request: web.Request) -> web.Response:
        self.asked.set()
        return web.Response(body=await request.read())

    async def _export(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a")
        await self.going_on.wait()
        await response.write_eof(b"b")
        return response

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.runner.addresses[0][1])

    async def connect(self, *sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection over which something was sent."""
        reader, writer = await asyncio.open_connection(HOST, self.port)
        self.writers.append(writer)
        writer.write(b"".join(sent))
        return reader, writer


@asynccontextmanager
async def opened() -> AsyncIterator[Door]:
    door = Door()
    await door.runner.setup()
    await web.TCPSite(door.runner, HOST, 0).start()
    try:
        yield door
    finally:
        door.going_on.set()
        for writer in door.writers:
            writer.close()
        await door.runner.cleanup()


@pytest.mark.parametrize(("path", "status"), [("/api/export", 200), ("/nothing", 404)])
async def test_no_answer_says_which_versions_are_at_work(path: str, status: int) -> None:
    async with opened() as door, aiohttp.ClientSession() as session:
        door.going_on.set()
        async with session.get(f"http://{HOST}:{door.port}{path}") as answer:
            assert answer.status == status
            assert answer.headers["Server"] == "user-sync"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_nor_does_the_answer_to_what_is_not_http() -> None:
    async with opened() as door:
        reader, _ = await door.connect(b"nonsense\r\n\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.0 400")
        assert b"Server: user-sync\r\n" in answer
        assert b"aiohttp" not in answer


async def test_who_does_not_send_a_whole_body_is_cut_off() -> None:
    async with opened() as door, asyncio.timeout(10):
        reader, _ = await door.connect(HEAD, b"abc")
        assert await reader.read() == b""
        assert door.asked.is_set()


async def test_a_body_in_parts_and_an_answer_that_takes_longer_are_not_cut_off() -> None:
    async with opened() as door, asyncio.timeout(10):
        reader, writer = await door.connect(HEAD, b"abc")
        await door.asked.wait()
        writer.write(b"de")
        assert (await reader.readuntil(b"abcde")).startswith(b"HTTP/1.1 200")
        writer.write(HEAD.replace(b"read", b"export") + b"abc")
        writer.write(b"de")
        await reader.readuntil(b"\r\na\r\n")
        later, _ = await door.connect(HEAD, b"abc")
        assert await later.read() == b""
        door.going_on.set()
        await reader.readuntil(b"b\r\n0\r\n\r\n")


async def test_for_one_too_many_an_idle_connection_is_closed() -> None:
    async with opened() as door, asyncio.timeout(10):
        exporting, _ = await door.connect(b"GET /api/export HTTP/1.1\r\nHost: x\r\n\r\n")
        await exporting.readuntil(b"\r\na\r\n")
        idle, _ = await door.connect()
        answered, _ = await door.connect(HEAD, b"abcde")
        await answered.readuntil(b"abcde")
        newest, _ = await door.connect(HEAD, b"abcde")
        assert (await newest.readuntil(b"abcde")).startswith(b"HTTP/1.1 200")
        assert await idle.read() == b""
        assert door.crowded == 1
        door.going_on.set()
        await exporting.readuntil(b"b\r\n0\r\n\r\n")
