"""What was received by now is waited for, as long as somebody indexes it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.backfill.settling import Settling
from service.journal.access import JournalAccess, connect
from service.journal.control import ControlServer
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Outcome, Settlement
from tests.unit.journal.samples import OPTIONS, SECOND_US, START_US, Clock, append, entry


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = await Journal.open(tmp_path / "journal.db", OPTIONS)
    yield opened
    await opened.close()


@pytest.fixture
async def access(journal: Journal) -> AsyncIterator[JournalAccess]:
    """Beside a running service."""
    control = ControlServer(journal, status=dict)
    await control.start()
    async with connect(journal.path, OPTIONS) as reached:
        yield reached
    await control.stop()


def settling(access: JournalAccess, patience_s: float = 60) -> Settling:
    return Settling(access, waiting=lambda _: None, patience_s=patience_s)


async def settle(journal: Journal, seq: int) -> None:
    await journal.settle([Settlement(seq, Outcome.APPLIED)], [])


async def test_it_returns_when_all_is_settled(journal: Journal, access: JournalAccess) -> None:
    await append(journal, b"a", b"b")
    waiting = asyncio.create_task(settling(access).wait())
    await settle(journal, 1)
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    await settle(journal, 2)
    async with asyncio.timeout(10):
        await waiting


async def test_what_comes_later_is_not_waited_for(journal: Journal, access: JournalAccess) -> None:
    await append(journal, b"a")
    waiting = asyncio.create_task(settling(access).wait())
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    await append(journal, b"b")
    await settle(journal, 1)
    async with asyncio.timeout(10):
        await waiting
    assert journal.accounting().journal == 1


async def test_a_clock_that_is_set_back_changes_nothing(tmp_path: Path) -> None:
    """What was received by a later time of day waits all the same."""
    clock = Clock(START_US)
    journal = await Journal.open(tmp_path / "journal.db", OPTIONS, now_us=clock)
    control = ControlServer(journal, status=dict)
    await control.start()
    await append(journal, b"a")
    clock.us -= 3600 * SECOND_US
    async with connect(journal.path, OPTIONS) as reached:
        waiting = asyncio.create_task(settling(reached).wait())
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        await settle(journal, 1)
        async with asyncio.timeout(10):
            await waiting
    await control.stop()
    await journal.close()


async def test_without_a_service_it_tells_how_many_are_left(tmp_path: Path) -> None:
    options = JournalOptions(min_free_disk_bytes=0)
    async with connect(tmp_path / "journal.db", options) as alone:
        await alone.append([entry(b"a"), entry(b"b")])
        one = settling(alone)
        async with asyncio.timeout(10):
            await one.wait()
        assert one.left == 2


async def test_a_service_that_does_not_get_on_is_not_waited_for_for_ever(
    journal: Journal, access: JournalAccess
) -> None:
    for body in (b"a", b"b", b"c"):
        await append(journal, body)
    one = settling(access, patience_s=0.8)
    waiting = asyncio.create_task(one.wait())
    for seq in (1, 2):
        await asyncio.sleep(0.5)
        await settle(journal, seq)
    assert not waiting.done()
    async with asyncio.timeout(10):
        await waiting
    assert (one.left, one.stuck) == (1, True)
