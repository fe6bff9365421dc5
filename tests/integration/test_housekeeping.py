"""What is over its retention goes, and only that; `/healthz` tells what can't be removed."""

import asyncio
from pathlib import Path

import orjson
import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.wiring.housekeeping import Housekeeping, Retentions
from service.wiring.purged_mark import PurgedMark
from service.wiring.steady_clock import SteadyClock
from tests.acceptance import auth0
from tests.integration.test_purge import NOW_US, left, write
from tests.unit.journal.samples import Clock, append, bury, dead_seqs
from tests.waiting import eventually

DAY_US = 86_400_000_000


async def nothing_is_on_its_way() -> None:
    """No request is under way."""


def housekeeper(
    journal: Journal,
    client: AsyncOpenSearch,
    names: IndexNames,
    steady: SteadyClock | None = None,
) -> Housekeeping:
    return Housekeeping(
        journal,
        client,
        names,
        Retentions(tombstones_us=30 * DAY_US, dead_letters_us=30 * DAY_US),
        PurgedMark(journal),
        nothing_is_on_its_way,
        lambda: NOW_US,
        steady or SteadyClock(lambda: NOW_US, lambda: 0.0),
    )


async def test_what_a_slow_clock_buried_is_not_older_than_its_event(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path
) -> None:
    """Else whoever sets the clock, as the log advises, would find nothing left to replay."""
    clock = Clock(0)
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions(), now_us=clock)
    await append(journal, *(told(NOW_US + days * DAY_US) for days in (-1, -31, 1)), b"nonsense")
    await bury(journal, 1, 2, 3, 4, code="time_in_future")
    await housekeeper(journal, client, names).round()
    assert await dead_seqs(journal) == [1]
    assert journal.accounting().dropped == 3
    await journal.close()


async def test_nothing_is_too_old_by_a_clock_that_has_just_jumped(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is set back, and what was dropped would be gone."""
    await write(client, names, "old")
    clock = Clock(0)
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions(), now_us=clock)
    await append(journal, b"nonsense")
    await bury(journal, 1)
    moment = Clock(0)
    steady = SteadyClock(moment, lambda: 0.0)
    housekeeping = housekeeper(journal, client, names, steady)
    moment.us += 31 * DAY_US
    await housekeeping.round()
    await housekeeping.round()
    assert "jumped ahead by 744.0 h" in housekeeping.check().state
    assert [vars(record)["action"] for record in caplog.records] == ["clock_jumped"]
    assert await dead_seqs(journal) == [1]
    assert await left(client, names) == ["old"]
    moment.us = 0
    await housekeeping.round()
    assert await dead_seqs(journal) == []
    assert await left(client, names) == []
    assert "removed" in housekeeping.check().state
    await journal.close()


def told(time_us: int) -> bytes:
    about = auth0.event("updated", auth0.new_user_id(), auth0.at(time_us))
    return orjson.dumps(about)


async def test_a_purge_that_is_refused_is_told_until_it_is_done(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await write(client, names, "old")
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions())
    housekeeping = housekeeper(journal, client, names)
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    with caplog.at_level("INFO"):
        await housekeeping.round()
    check = housekeeping.check()
    assert not check.ok
    assert "index write (api)" in check.state
    assert "index write (api)" in caplog.text
    assert "lift the block" in check.advice
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": None})
    await housekeeping.round()
    await journal.close()
    assert housekeeping.check().ok
    assert await left(client, names) == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_what_was_put_off_is_done_as_soon_as_it_can_be(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path, is_told: bool
) -> None:
    await write(client, names, "old")
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions())
    housekeeping = housekeeper(journal, client, names)
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    running = asyncio.create_task(housekeeping.run())

    async def put_off() -> bool:
        return not housekeeping.check().ok

    async def done() -> bool:
        return housekeeping.check().ok

    await eventually(put_off)
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": None})
    if is_told:  # else a fault that was over before anybody looked
        housekeeping.hurry()
    await eventually(done, within=10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await journal.close()
    assert await left(client, names) == []
