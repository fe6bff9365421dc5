"""Whoever reads the log stops reading: a paused `less`, a log shipper that hangs."""

import asyncio
import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import orjson
import pytest

from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import COMMAND, Service
from tests.acceptance.waiting import eventually

# Dead letters are told in a line each, or in one for a few. A pipe holds 64 KiB, some three hundred
# of them; on Linux it can be made smaller.
POISON = 1_000
PIPE_BYTES = 4_096


class Pipe:
    """A serve's output; nothing reads it before `rest`."""

    def __init__(self, service: Service) -> None:
        self._reading, writing = os.pipe()
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self.process = subprocess.Popen(
            [*COMMAND, "serve"],
            env=service.env,
            cwd=service.folder,
            stdout=writing,
            stderr=writing,
        )
        os.close(writing)

    def rest(self) -> list[dict[str, object]]:
        """All lines to the end."""
        with os.fdopen(self._reading, "rb") as output:
            return [orjson.loads(line) for line in output]


@pytest.fixture
def ended() -> Iterator[list[Pipe]]:
    """What is put here doesn't outlive the test."""
    made: list[Pipe] = []
    yield made
    for pipe in made:
        pipe.process.kill()
        pipe.process.wait()


async def started(service: Service) -> None:
    """Return when it listens."""

    async def alive() -> bool:
        try:
            return await service.post([]) == 204
        except aiohttp.ClientConnectionError:
            return False

    await eventually(alive, what="an open door")


async def post_poison(service: Service) -> None:
    """One by one: together they would be one line."""
    async with aiohttp.ClientSession(
        headers=service.headers, timeout=aiohttp.ClientTimeout(total=10)
    ) as session:
        for number in range(POISON):
            async with session.post(service.webhook_url, data=b"%d" % number) as reply:
                assert reply.status == 204


async def ends(process: subprocess.Popen[bytes]) -> int:
    """The exit code after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, 20)


async def test_events_are_acknowledged_while_nobody_reads_the_log(
    service: StartService, ended: list[Pipe]
) -> None:
    one = await service(started=False)
    pipe = Pipe(one)
    ended.append(pipe)
    await started(one)
    await post_poison(one)
    await one.drained()
    assert await one.metric("user_sync_dead_letters") == POISON
    assert await ends(pipe.process) == 0


async def test_what_waited_for_the_reader_is_complete(
    service: StartService, ended: list[Pipe], tmp_path: Path
) -> None:
    one = await service(started=False)
    pipe = Pipe(one)
    ended.append(pipe)
    await started(one)
    await post_poison(one)
    await one.drained()
    reading = asyncio.create_task(asyncio.to_thread(pipe.rest))
    assert await ends(pipe.process) == 0
    lines = await reading
    buried = [line["events"] for line in lines if line["action"] == "events_buried"]
    assert sum(map(int, map(str, buried))) == POISON
    assert lines[-1]["action"] == "stopped"
