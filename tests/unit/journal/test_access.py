"""Commands work beside a running owner, and without one."""

import asyncio
import os
import socket
import stat
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from service.journal import remote, socket_path
from service.journal.access import connect
from service.journal.control import ControlServer
from service.journal.errors import (
    JournalForbidden,
    JournalFull,
    JournalInUse,
    JournalMissing,
    JournalUnavailable,
)
from service.journal.journal import Journal
from service.journal.lock import OwnerLock, read_owner
from service.journal.options import JournalOptions
from service.journal.records import Accounting, ComparisonResult
from service.journal.remote import RemoteJournal
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import (
    OPTIONS,
    START_US,
    append,
    bodies,
    bury,
    claim_all,
    entry,
    names_in,
    settle,
)

PATIENT = JournalOptions(min_free_disk_bytes=0, lock_wait_s=30)


@pytest.fixture
async def served(journal: Journal) -> AsyncIterator[Journal]:
    """A journal whose owner answers commands."""
    control = ControlServer(journal, status=lambda: {"checks": ["index_reachable"]})
    await control.start()
    yield journal
    await control.stop()


async def test_appends_beside_the_owner(served: Journal, path: Path) -> None:
    sent = [entry(b"\x00\xff", tenant="ours"), entry(b"b" * 3_000_000)]
    async with connect(path, OPTIONS) as access:
        await access.append(sent)
        assert (await access.accounting()).journal == 2
    assert await bodies(served) == [sent[0].body, sent[1].body]
    assert served.tenant() == "ours"


async def test_tells_the_owners_state(served: Journal, path: Path) -> None:
    await append(served, b"a")
    async with connect(path, OPTIONS) as access:
        assert await access.status() == served.status()
        assert await access.owner_status() == {"checks": ["index_reachable"]}


async def test_remembers_the_last_comparison(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    control = ControlServer(journal)
    await control.start()
    assert journal.last_comparison() is None
    async with connect(path, OPTIONS) as access:
        await access.note_comparison(ComparisonResult(START_US, 5))
        await access.note_comparison(ComparisonResult(START_US + 1, 0))
        assert (await access.status()).last_comparison == ComparisonResult(START_US + 1, 0)
    await control.stop()
    await journal.close()
    async with connect(path, OPTIONS) as access:
        assert (await access.status()).last_comparison == ComparisonResult(START_US + 1, 0)
        await access.note_comparison(ComparisonResult(START_US + 2, 1))
        assert (await access.status()).last_comparison == ComparisonResult(START_US + 2, 1)


async def test_remembers_the_last_import(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    control = ControlServer(journal)
    await control.start()
    assert journal.last_import_us() is None
    async with connect(path, OPTIONS) as access:
        await access.note_import(START_US)
    assert journal.last_import_us() == START_US
    await control.stop()
    await journal.close()
    async with connect(path, OPTIONS) as access:
        await access.note_import(START_US + 1)
    journal = await open_journal()
    assert journal.last_import_us() == START_US + 1


async def test_remembers_when_the_index_was_made_anew(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    control = ControlServer(journal)
    await control.start()
    async with connect(path, OPTIONS) as access:
        await access.note_made_anew(START_US)  # the first: nothing was written to another
        assert journal.made_anew_us() is None
        await append(journal, b"1")
        await settle(journal, 1)
        await access.note_made_anew(START_US + 1)
        assert journal.made_anew_us() == START_US + 1
    await control.stop()
    await journal.close()
    async with connect(path, OPTIONS) as access:
        await access.note_made_anew(START_US + 2)
    assert (await open_journal()).made_anew_us() == START_US + 2


async def test_handles_dead_letters_beside_the_owner(served: Journal, path: Path) -> None:
    await append(served, *(b"%d" % number for number in range(1, 6)))
    await bury(served, 1, 2, 3, code="odd & even=?")
    await bury(served, 4, code="other")
    async with connect(path, OPTIONS) as access:
        page = await access.dead_letters.page(limit=2, after=1, code="odd & even=?")
        assert page == await served.dead_letters.page(limit=2, after=1, code="odd & even=?")
        assert len(page) == 2
        assert await access.dead_letters.get(4) == await served.dead_letters.get(4)
        assert await access.dead_letters.get(5) is None
        assert await access.dead_letters.codes() == {"odd & even=?": 3, "other": 1}
        assert await access.dead_letters.replay([1, 2], force=True) == 2
        assert await access.dead_letters.drop([3, 4, 5]) == 2
    assert served.accounting().dropped == 2
    assert [record.forced for record in await claim_all(served)] == [False, True, True]


async def test_a_full_journal_is_told_through_the_owner(open_journal: Opener, path: Path) -> None:
    journal = await open_journal(JournalOptions(max_bytes=10, min_free_disk_bytes=0, lock_wait_s=0))
    control = ControlServer(journal)
    await control.start()
    async with connect(path, OPTIONS) as access:
        with pytest.raises(JournalFull, match="limit of 10"):
            await access.append([entry(b"x" * 11)])
    await control.stop()


async def test_becomes_the_owner_when_there_is_none(path: Path) -> None:
    async with connect(path, OPTIONS) as access:
        await access.append([entry(b"a")])
        assert await access.owner_status() is None
        assert (await access.status()).accounting.journal == 1
        # Others find their way through it meanwhile.
        async with connect(path, OPTIONS) as second:
            assert isinstance(second, RemoteJournal)
            assert await second.owner_status() is None
            assert (await second.accounting()).journal == 1
    assert names_in(path.parent) == {"journal.db", "journal.db.lock"}


async def test_a_missing_journal_is_made_only_when_asked(path: Path) -> None:
    with pytest.raises(JournalMissing, match=r"no journal at .*journal\.db"):
        async with connect(path, OPTIONS, create=False):
            pass
    assert names_in(path.parent) == set()


async def test_an_owner_whose_file_was_taken_away_is_still_asked(
    served: Journal, path: Path
) -> None:
    await append(served, b"a")
    os.rename(path, path.with_name("moved.db"))  # noqa: PTH104
    async with connect(path, OPTIONS, create=False) as access:
        assert (await access.accounting()).journal == 1
        assert await access.owner_status() is not None
    os.rename(path.with_name("moved.db"), path)  # noqa: PTH104


async def test_an_owner_that_hangs_is_told_soon(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_STATUS_TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    path.parent.mkdir()
    lock = OwnerLock.acquire(path, wait_s=0)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(socket_path.beside(path)))
        hanging.listen()
        with pytest.raises(JournalInUse, match=f"process {os.getpid()}"):
            async with asyncio.timeout(30), connect(path, OPTIONS):
                pass
    lock.release()


async def test_an_owner_that_does_not_answer_is_told(path: Path) -> None:
    path.parent.mkdir()
    lock = OwnerLock.acquire(path, wait_s=0)
    with pytest.raises(JournalInUse, match=f"process {os.getpid()}"):
        async with connect(path, OPTIONS):
            pass
    lock.release()


async def test_waits_for_an_owner_that_is_starting(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    control = ControlServer(journal)

    async def reach() -> Accounting:
        async with connect(path, PATIENT) as access:
            return await access.accounting()

    reaching = asyncio.create_task(reach())
    await asyncio.sleep(0)
    await control.start()
    assert (await reaching).journal == 0
    await control.stop()


async def test_takes_over_from_an_owner_that_is_stopping(path: Path) -> None:
    path.parent.mkdir()
    lock = OwnerLock.acquire(path, wait_s=0)
    timer = threading.Timer(0.1, lock.release)
    timer.start()
    async with connect(path, PATIENT) as access:
        assert await access.owner_status() is None
    timer.join()


async def test_an_owner_that_stops_meanwhile_is_told(journal: Journal, path: Path) -> None:
    control = ControlServer(journal)
    await control.start()
    async with connect(path, OPTIONS) as access:
        await control.stop()
        with pytest.raises(JournalUnavailable, match="run the command again"):
            await access.append([entry(b"a")])


async def test_only_its_user_may_connect(served: Journal, path: Path) -> None:
    found = os.stat(socket_path.beside(path))  # noqa: PTH116
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600


async def test_a_stale_socket_is_replaced(journal: Journal, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(socket_path.beside(path)))
    control = ControlServer(journal)
    await control.start()
    async with connect(path, OPTIONS) as access:
        assert (await access.accounting()).journal == 0
    await control.stop()
    assert not socket_path.beside(path).exists()


async def test_a_socket_that_cannot_be_made_is_told(journal: Journal, path: Path) -> None:
    socket_path.beside(path).mkdir()
    with pytest.raises(JournalUnavailable, match="socket for commands"):
        await ControlServer(journal).start()


async def test_a_stale_socket_hinders_no_command(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(socket_path.beside(path)))
    async with connect(path, OPTIONS) as access:
        assert await access.owner_status() is None


async def test_a_long_path_gets_a_private_short_one(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 25) / "journal.db"
    journal = await Journal.open(path, OPTIONS)
    control = ControlServer(journal)
    await control.start()
    answering = read_owner(path).socket
    assert answering is not None
    assert answering.parent != path.parent
    assert stat.S_IMODE(os.stat(answering.parent).st_mode) == 0o700  # noqa: PTH116
    async with connect(path, OPTIONS) as access:
        await access.append([entry(b"a")])
    await settle(journal, 1)
    await control.stop()
    await journal.close()
    assert not answering.parent.exists()


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="needs to be root")
async def test_another_user_is_told_whose_it_is(served: Journal, path: Path) -> None:
    for folder in (path.parent, *path.parents):
        os.chmod(folder, os.stat(folder).st_mode | 0o055)  # noqa: PTH101, PTH116
    os.seteuid(65534)
    try:
        with pytest.raises(JournalForbidden, match="as the journal's owner"):
            async with connect(path, OPTIONS):
                pass
        with pytest.raises(JournalForbidden):
            await Journal.open(path, OPTIONS)
    finally:
        os.seteuid(0)
