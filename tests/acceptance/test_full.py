"""The journal can't take more: 503 with Retry-After, and on by itself when there is room again.

What was acknowledged stays acknowledged; what was refused is the sender's to send again.
"""

import io
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.auth0 import profile
from tests.acceptance.conftest import StartService
from tests.acceptance.exports import READ_AT, ndjson, written
from tests.acceptance.service_process import Service
from tests.acceptance.site import Site
from tests.acceptance.traffic import Traffic
from tests.conftest import Engine
from tests.faulty_proxy import FaultyProxy, HangUp
from tests.waiting import eventually

MB = 1_000_000
DISK_BYTES = 24 * MB
LEFT_BYTES = 2 * MB


async def refuses(traffic: Traffic) -> None:
    """Wait until senders are told to come back later."""

    async def refused() -> bool:
        return traffic.answers[503] > 0

    await eventually(refused, within=60)
    assert None not in traffic.retry_after
    assert all(int(seconds or 0) > 0 for seconds in traffic.retry_after)


async def accepts(traffic: Traffic) -> None:
    """Wait until events are acknowledged again."""
    before = traffic.acknowledged

    async def accepted() -> bool:
        return traffic.acknowledged > before + 20

    await eventually(accepted, within=60)


async def ready(service: Service) -> int:
    """What a load balancer is told."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.public_url}/readyz") as reply,
    ):
        return reply.status


async def test_the_journal_is_full(
    service: StartService, engine: Engine, proxy: FaultyProxy
) -> None:
    one = await service(opensearch_url=proxy.url, JOURNAL_MAX_BYTES="1MiB")
    one.engine_url = engine.url
    site = Site(one)
    await site.well()
    async with site.traffic(senders=8, pace_s=0) as traffic:
        proxy.fault = lambda _: HangUp()
        await refuses(traffic)
        await site.tells("journal", "the journal is full")
        assert await ready(one) == 503
        proxy.heal()
        await accepts(traffic)
    await site.recovered()
    assert traffic.answers.keys() == {204, 503}
    assert await ready(one) == 200


async def test_what_the_journal_could_never_hold_is_told_as_lost(
    service: StartService, tmp_path: Path
) -> None:
    one = await service(JOURNAL_MAX_BYTES="1MiB")
    body = io.BytesIO(b" " * 1024 * 1024 + b"{}")
    async with (
        aiohttp.ClientSession() as session,
        session.post(one.webhook_url, data=body, headers=one.headers) as reply,
    ):
        assert reply.status == 413
    assert not (await one.health())["checks"]["door"]["ok"]
    export = written(tmp_path, ndjson([profile("auth0|long", READ_AT, nickname="x" * 1024 * 1024)]))
    result = await one.user_sync("import", export)
    assert result.code == 1
    assert "line 1: line_too_long" in result.err


@dataclass
class Disk:
    """Where the journal lies, and how its disk fills up and is freed."""

    folder: Path
    fill: Callable[[Service], None]
    free: Callable[[Service], None]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of its own where that is allowed; else files that may not grow."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.getuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
        yield small_file_system(folder)
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    else:
        yield limited_files(folder)


def small_file_system(folder: Path) -> Disk:
    """Filled by a file beside the journal."""
    ballast = folder / "ballast"

    def fill(_: Service) -> None:
        found = os.statvfs(folder)
        ballast.write_bytes(b"x" * (found.f_bavail * found.f_frsize - LEFT_BYTES))

    return Disk(folder, fill, lambda _: ballast.unlink())


def limited_files(folder: Path) -> Disk:
    """The service's writes beyond a size fail."""

    def limit(service: Service, size: int) -> None:
        assert service.process is not None
        hard = resource.RLIM_INFINITY
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    return Disk(folder, lambda s: limit(s, LEFT_BYTES), lambda s: limit(s, resource.RLIM_INFINITY))


async def test_the_disk_is_full(
    service: StartService, engine: Engine, proxy: FaultyProxy, disk: Disk
) -> None:
    """Also for a `serve` that is killed then, and finds the disk full when it starts."""
    one = await service(opensearch_url=proxy.url, JOURNAL_PATH=str(disk.folder / "journal.db"))
    one.engine_url = engine.url
    site = Site(one)
    await site.well()
    async with site.traffic(senders=8, pace_s=0) as traffic:
        proxy.fault = lambda _: HangUp()
        disk.fill(one)
        await refuses(traffic)
        await site.tells("journal", "told to come back later")
        assert await ready(one) == 503
        await one.kill()
        await one.start()
        disk.free(one)
        await accepts(traffic)
        proxy.heal()
    await site.recovered()
    # 0: no answer, while it was killed.
    assert traffic.answers.keys() <= {204, 503, 0}
    assert await ready(one) == 200
