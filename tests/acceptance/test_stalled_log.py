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
from tests.waiting import eventually

# Who looks at a dead letter's body is told each time. A pipe holds 64 KiB, some three hundred of
# such lines; on Linux it can be made smaller.
LINES = 1_000
ADMIN = "admin-token"
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


async def tell_much(service: Service) -> None:
    """A thousand lines, and between them events."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:

        async def post(number: int) -> None:
            body = b"%d" % number
            async with session.post(
                service.webhook_url, data=body, headers=service.headers
            ) as reply:
                assert reply.status == 204

        await post(0)
        await service.drained()
        url = f"{service.private_url}/api/v1/admin/dead-letters/1?body=true"
        for number in range(LINES):
            async with session.get(url, headers={"Authorization": f"Bearer {ADMIN}"}) as reply:
                assert reply.status == 200
            if number % 10 == 0:
                await post(1 + number)


async def ends(process: subprocess.Popen[bytes]) -> int:
    """The exit code after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, 20)


async def test_events_are_acknowledged_while_nobody_reads_the_log(
    service: StartService, ended: list[Pipe]
) -> None:
    one = await service(started=False, ADMIN_TOKENS=f"anna:{ADMIN}")
    pipe = Pipe(one)
    ended.append(pipe)
    await started(one)
    await tell_much(one)
    await one.drained()
    assert await one.metric("user_sync_dead_letters") == 1 + LINES / 10
    assert await ends(pipe.process) == 0


async def test_what_waited_for_the_reader_is_complete(
    service: StartService, ended: list[Pipe], tmp_path: Path
) -> None:
    one = await service(started=False, ADMIN_TOKENS=f"anna:{ADMIN}")
    pipe = Pipe(one)
    ended.append(pipe)
    await started(one)
    await tell_much(one)
    await one.drained()
    reading = asyncio.create_task(asyncio.to_thread(pipe.rest))
    assert await ends(pipe.process) == 0
    lines = await reading
    assert [line["action"] for line in lines].count("dead_letter_read") == LINES
    assert lines[-1]["action"] == "stopped"
