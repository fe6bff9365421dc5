"""A disk that fills up, for real: nothing half kept, and on by itself when there is room."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import NoneType

import pytest

from service.journal import database
from service.journal.errors import JournalFull, JournalUnavailable
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.samples import append, bodies, burial, claim_all, settle
from tests.waiting import until

MB = 1_000_000
DISK_BYTES = 80 * MB
BODY_BYTES = MB // 10
# So that the disk itself refuses, which others may fill as well.
UNGUARDED = JournalOptions(min_free_disk_bytes=-DISK_BYTES, lock_wait_s=0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small file system here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@asynccontextmanager
async def opened(folder: Path, options: JournalOptions = UNGUARDED) -> AsyncIterator[Journal]:
    journal = await Journal.open(folder / "journal.db", options)
    yield journal
    await journal.close()


def free_bytes(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def body(number: int) -> bytes:
    return (b"%d " % number).ljust(BODY_BYTES, b"x")


def numbers(kept: Sequence[bytes]) -> list[int]:
    return [int(body.split()[0]) for body in kept]


async def test_a_full_disk_refuses_and_recovers(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (DISK_BYTES // 2))
    async with opened(small_disk) as journal:
        acknowledged = refused = 0
        while not refused:
            group = [append(journal, body(acknowledged + number)) for number in range(10)]
            results = await asyncio.gather(*group, return_exceptions=True)
            refused = sum(isinstance(result, JournalUnavailable) for result in results)
            acknowledged += 10 - refused
        reason = str(journal.refusal())
        assert "disk is full" in reason
        assert journal.accounting().received_total == acknowledged
        assert numbers(await bodies(journal)) == list(range(acknowledged))

        ballast.unlink()
        await until(lambda: journal.refusal() is None)
        await append(journal, body(acknowledged))
        assert numbers(await bodies(journal)) == list(range(acknowledged + 1))
    async with opened(small_disk) as journal:
        assert numbers(await bodies(journal)) == list(range(acknowledged + 1))
        assert journal.accounting().received_total == acknowledged + 1
        await settle(journal, *range(1, acknowledged + 2))
        assert journal.accounting().balanced


async def append_without_end(journal: Journal) -> None:
    while True:
        await append(journal, b"x" * BODY_BYTES)


async def test_the_guard_stops_before_the_disk_is_full(small_disk: Path) -> None:
    options = JournalOptions(min_free_disk_bytes=DISK_BYTES // 4, lock_wait_s=0)
    async with opened(small_disk, options) as journal:
        group = (append(journal, body(number)) for number in range(DISK_BYTES // BODY_BYTES))
        results = await asyncio.gather(*group, return_exceptions=True)
        assert {type(result) for result in results} == {NoneType, JournalFull}
        # What is let in counts twice until it is written: after few groups there is room again.
        with pytest.raises(JournalFull, match="nearly full"):
            await append_without_end(journal)
        for record in await claim_all(journal):
            await settle(journal, record.seq)
        assert journal.accounting().balanced


async def test_a_journal_that_filled_its_disk_can_settle_all_the_same(small_disk: Path) -> None:
    """What is in the log has room in the file reserved for it; else neither could move any more."""
    options = JournalOptions(min_free_disk_bytes=2 * MB, lock_wait_s=0)
    async with opened(small_disk, options) as journal:
        acknowledged, fault = 0, None
        while fault is None:
            group = [append(journal, b"%d" % (acknowledged + n) + bytes(1000)) for n in range(20)]
            results = await asyncio.gather(*group, return_exceptions=True)
            acknowledged += results.count(None)
            fault = next(filter(None, results), None)
        assert isinstance(fault, JournalFull), fault
        assert free_bytes(small_disk) >= 2 * MB
        assert acknowledged * 1000 > DISK_BYTES // 2
        await settle(journal, *range(1, acknowledged + 1))
        assert journal.accounting().journal == 0
        await until(lambda: journal.refusal() is None)


async def test_room_freed_inside_the_file_is_used_again(small_disk: Path) -> None:
    """The file doesn't shrink while it is in use: what was settled has to count as free disk."""
    options = JournalOptions(min_free_disk_bytes=20 * MB, lock_wait_s=0)
    log = small_disk / "journal.db-wal"
    async with opened(small_disk, options) as journal:
        for number in range(200):
            await append(journal, body(number))
        await settle(journal, *range(1, 201))
        await until(lambda: log.stat().st_size == 0)
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * (free_bytes(small_disk) - 15 * MB))
        await append(journal, body(0))
        await until(lambda: log.stat().st_size == 0)
        assert journal.refusal() is None


async def test_what_is_done_leaves_a_disk_that_has_no_room_for_all_of_it_at_once(
    small_disk: Path,
) -> None:
    """What goes is overwritten, and that needs room in the log first."""
    log = small_disk / "journal.db-wal"
    async with opened(small_disk) as journal:
        for number in range(200):
            await append(journal, body(number))
        await journal.settle([], [burial(seq) for seq in range(1, 101)])
        await until(lambda: log.stat().st_size == 0)
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * (free_bytes(small_disk) - 3 * MB))
        await settle(journal, *range(101, 201))
        assert await journal.dead_letters.expire(sys.maxsize) == 100
        assert (journal.accounting().bytes, journal.accounting().balanced) == (0, True)


async def test_a_file_that_cannot_be_rewritten_is_used_as_it_is(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WORTH_GIVING_BACK_BYTES", MB)
    async with opened(small_disk) as journal:
        for number in range(80):
            await append(journal, body(number))
        await settle(journal, *range(1, 41))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (free_bytes(small_disk) - MB))
    async with opened(small_disk) as journal:
        assert len(await bodies(journal)) == 40
        await append(journal, b"more")


FAILING_WRITES = """
import asyncio, resource, sys
from pathlib import Path
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from tests.integration.test_journal_disk import UNGUARDED, body, numbers
from tests.unit.journal.samples import append, bodies, claim_all, settle
from tests.waiting import until


async def main() -> None:
    journal = await Journal.open(Path(sys.argv[1]), UNGUARDED)
    await append(journal, body(0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    number = 0
    try:
        while True:
            number += 1
            await append(journal, body(number))
    except JournalUnavailable as error:
        assert "I/O error" in str(error), error
    refused = number
    assert journal.refusal() is not None
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    await until(lambda: journal.refusal() is None)
    await append(journal, body(refused + 1))
    kept = numbers(await bodies(journal))
    assert set(kept) >= {*range(refused), refused + 1}, kept
    assert journal.accounting().received_total == len(kept)
    await settle(journal, *[record.seq for record in await claim_all(journal)])
    assert journal.accounting().balanced
    await journal.close()

asyncio.run(main())
"""


def test_goes_on_after_failing_writes(tmp_path: Path) -> None:
    """Writes that fail with an I/O error, made by a limit on file sizes: works for every user."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    command = [sys.executable, "-c", FAILING_WRITES, str(tmp_path / "journal.db")]
    subprocess.run(command, check=True, timeout=120)
