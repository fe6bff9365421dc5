"""A disk that fills up, for real: nothing half kept, and on by itself when there is room."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.journal.errors import JournalFull, JournalUnavailable
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.samples import append, bodies, claim_all, settle, until

DISK_BYTES = 24_000_000
BODY = 100_000
UNGUARDED = JournalOptions(min_free_disk_bytes=0, lock_wait_s=0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small file system here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def body(number: int) -> bytes:
    return (b"%d " % number).ljust(BODY, b"x")


async def fill(journal: Journal) -> int:
    """Append until the disk is full; returns how many were acknowledged."""
    for number in range(DISK_BYTES // BODY + 1):
        try:
            await append(journal, body(number))
        except JournalUnavailable:
            return number
    raise AssertionError("the disk never got full")


async def test_a_full_disk_refuses_and_recovers(small_disk: Path) -> None:
    journal = await Journal.open(small_disk / "journal.db", UNGUARDED)
    acknowledged = await fill(journal)
    can_append, reason = journal.can_append()
    assert not can_append
    assert "disk is full" in reason
    assert [int(kept[:9]) for kept in await bodies(journal)] == list(range(acknowledged))
    assert journal.accounting().received_total == acknowledged

    # Settling needs no room that appending hasn't made.
    await settle(journal, *range(1, acknowledged + 1))
    await until(lambda: journal.can_append()[0])
    await append(journal, body(1_000_000))
    assert len(await bodies(journal)) == 1
    assert journal.accounting().balanced
    await journal.close()


async def test_recovers_when_others_make_room(small_disk: Path) -> None:
    journal = await Journal.open(small_disk / "journal.db", UNGUARDED)
    await append(journal, body(0))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (DISK_BYTES // 2))
    acknowledged = 1
    while True:
        group = [append(journal, body(acknowledged + number)) for number in range(10)]
        results = await asyncio.gather(*group, return_exceptions=True)
        kept = sum(result is None for result in results)
        acknowledged += kept
        if kept < 10:
            break
    assert len(await claim_all(journal)) == acknowledged
    ballast.unlink()
    await until(lambda: journal.can_append()[0])
    await append(journal, body(2_000_000))
    await journal.close()
    journal = await Journal.open(small_disk / "journal.db", UNGUARDED)
    assert len(await claim_all(journal)) == acknowledged + 1
    assert journal.accounting().received_total == acknowledged + 1
    await journal.close()


async def test_the_guard_stops_before_the_disk_is_full(small_disk: Path) -> None:
    options = JournalOptions(min_free_disk_bytes=DISK_BYTES // 2, lock_wait_s=0)
    journal = await Journal.open(small_disk / "journal.db", options)
    (small_disk / "ballast").write_bytes(b"x" * (DISK_BYTES // 2))
    await until(lambda: not journal.can_append()[0])
    with pytest.raises(JournalFull, match="nearly full"):
        await append(journal, body(0))
    (small_disk / "ballast").unlink()
    await until(lambda: journal.can_append()[0])
    await append(journal, body(0))
    await journal.close()


async def test_room_freed_inside_the_file_is_used_again(small_disk: Path) -> None:
    """The file never shrinks while in use: what settles has to count as free disk."""
    options = JournalOptions(min_free_disk_bytes=DISK_BYTES // 3, lock_wait_s=0)
    journal = await Journal.open(small_disk / "journal.db", options)
    number = 0
    while journal.can_append()[0]:
        await append(journal, body(number))
        number += 1
    await settle(journal, *range(1, number + 1))
    await until(lambda: journal.can_append()[0])
    await append(journal, body(number))
    await journal.close()


FAILING_WRITES = """
import asyncio, resource, sys
from pathlib import Path
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from tests.integration.test_journal_disk import UNGUARDED, body
from tests.unit.journal.samples import append, bodies, claim_all, settle, until

async def main():
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
    assert not journal.can_append()[0]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    await until(lambda: journal.can_append()[0])
    await append(journal, body(number + 1))
    kept = [int(kept[:9]) for kept in await bodies(journal)]
    assert set(kept) >= {*range(number), number + 1}, kept
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
