"""What is appended is claimed as it came, in order, for as long as nobody settles it."""

import asyncio

import pytest

from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Disposition, Record
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import (
    SECOND_US,
    START_US,
    Clock,
    append,
    bodies,
    claim_all,
    entry,
    settle,
)


async def test_claims_in_order_what_was_appended(journal: Journal, clock: Clock) -> None:
    await append(journal, b"first", b"second")
    clock.us += SECOND_US
    await append(journal, b"third")
    assert await claim_all(journal) == [
        Record(1, START_US, b"first", 0, False),
        Record(2, START_US, b"second", 0, False),
        Record(3, START_US + SECOND_US, b"third", 0, False),
    ]


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"[" * 10_000, b"x" * 3_000_000])
async def test_keeps_bodies_verbatim(journal: Journal, body: bytes) -> None:
    await append(journal, body)
    assert await bodies(journal) == [body]


async def test_claiming_changes_nothing(journal: Journal) -> None:
    await append(journal, b"a", b"b")
    assert await claim_all(journal) == await claim_all(journal)


async def test_claims_after_the_cursor_by_count(journal: Journal) -> None:
    await append(journal, *(b"%d" % number for number in range(10)))
    records = await journal.claim(after=4, max_events=3, max_bytes=10**9)
    assert [record.seq for record in records] == [5, 6, 7]


async def test_claims_by_bytes_but_at_least_one(journal: Journal) -> None:
    await append(journal, b"a" * 100, b"b" * 100, b"c" * 100)

    async def claimed(max_bytes: int) -> list[int]:
        records = await journal.claim(after=0, max_events=10, max_bytes=max_bytes)
        return [record.seq for record in records]

    assert await claimed(250) == [1, 2]
    assert await claimed(200) == [1, 2]
    assert await claimed(1) == [1]


async def test_survives_closing(open_journal: Opener) -> None:
    journal = await open_journal()
    await append(journal, b"kept")
    await journal.close()
    journal = await open_journal()
    assert await bodies(journal) == [b"kept"]
    assert journal.accounting().journal == 1
    assert journal.oldest_received_us() == START_US


async def test_never_gives_a_seq_twice(open_journal: Opener) -> None:
    journal = await open_journal()
    await append(journal, b"a", b"b")
    await settle(journal, 1, 2)
    await journal.close()
    journal = await open_journal()
    await append(journal, b"c")
    assert [record.seq for record in await claim_all(journal)] == [3]
    assert journal.last_seq() == 3


async def test_many_at_once_are_all_kept(journal: Journal) -> None:
    sent = {b"event %d" % number for number in range(500)}
    await asyncio.gather(*(append(journal, body) for body in sent))
    records = await claim_all(journal)
    assert {record.body for record in records} == sent
    assert [record.seq for record in records] == list(range(1, 501))


async def test_a_cancelled_waiter_spoils_nobody_elses(journal: Journal) -> None:
    tasks = [asyncio.create_task(append(journal, b"event %d" % number)) for number in range(20)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results].count(asyncio.CancelledError) == 1
    kept = set(await bodies(journal))
    assert {b"event %d" % number for number in range(20) if number != 7} <= kept


async def test_knows_the_oldest(journal: Journal, clock: Clock) -> None:
    assert journal.oldest_received_us() is None
    await append(journal, b"a")
    clock.us += SECOND_US
    await append(journal, b"b")
    assert journal.oldest_received_us() == START_US
    await settle(journal, 1)
    assert journal.oldest_received_us() == START_US + SECOND_US
    await settle(journal, 2)
    assert journal.oldest_received_us() is None


async def test_a_settle_behind_the_oldest_leaves_it(journal: Journal, clock: Clock) -> None:
    await append(journal, b"a")
    clock.us += SECOND_US
    await append(journal, b"b", b"c")
    await settle(journal, 2)
    assert journal.oldest_received_us() == START_US


async def test_waits_for_events(journal: Journal) -> None:
    waiting = asyncio.create_task(journal.wait_for_events(0))
    await journal.append([entry(b"", disposition=Disposition.IGNORED)])
    assert not waiting.done()
    await append(journal, b"a")
    await waiting
    await journal.wait_for_events(0)


async def test_waits_behind_the_cursor(journal: Journal) -> None:
    await append(journal, b"a", b"b")
    await journal.wait_for_events(1)
    waiting = asyncio.create_task(journal.wait_for_events(2))
    await asyncio.sleep(0)
    assert not waiting.done()
    await append(journal, b"c")
    await waiting


async def test_does_not_wake_for_what_is_settled(open_journal: Opener) -> None:
    journal = await open_journal()
    await append(journal, b"a", b"b", b"c")
    await settle(journal, 2, 3)
    assert await claim_all(journal, after=1) == []
    waiting = asyncio.create_task(journal.wait_for_events(1))
    await asyncio.sleep(0)
    assert not waiting.done()
    await append(journal, b"d")
    await waiting
    await settle(journal, 1, 4)
    await journal.close()

    journal = await open_journal()
    waiting = asyncio.create_task(journal.wait_for_events(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    await append(journal, b"e")
    await waiting


async def test_closing_finishes_what_has_queued(open_journal: Opener) -> None:
    journal = await open_journal()
    queued = [asyncio.create_task(append(journal, b"%d" % number)) for number in range(50)]
    await asyncio.sleep(0)
    await journal.close()
    await asyncio.gather(*queued)
    assert len(await bodies(await open_journal())) == 50


async def test_a_closed_journal_says_so(journal: Journal) -> None:
    await journal.close()
    await journal.close()
    assert str(journal.refusal()) == "the journal is closed"
    with pytest.raises(JournalUnavailable, match="closed"):
        await append(journal, b"late")


async def test_marks_are_durable(open_journal: Opener) -> None:
    journal = await open_journal()
    assert await journal.get_mark("purged") is None
    await journal.set_mark("purged", -(2**63))
    await journal.set_mark("purged", 42)
    await journal.close()
    journal = await open_journal()
    assert await journal.get_mark("purged") == 42
