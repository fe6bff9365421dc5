"""Every event is counted once, by what became of it, in the transaction that removes it."""

import asyncio

import pytest

from service.journal import journal as journal_module
from service.journal.journal import Journal
from service.journal.records import Outcome, Settlement
from service.journal.transaction import runs
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import append, burial, bury, claim_all, settle


@pytest.mark.parametrize(
    ("seqs", "expected"),
    [
        ([], []),
        ([5], [(5, 5)]),
        ([1, 2, 3], [(1, 3)]),
        ([1, 3, 4, 9], [(1, 1), (3, 4), (9, 9)]),
    ],
)
def test_runs(seqs: list[int], expected: list[tuple[int, int]]) -> None:
    assert list(runs(seqs)) == expected


async def test_appends_get_between_the_parts_of_a_large_settling(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_SETTLED_AT_ONCE", 2)
    await append(journal, b"a", b"b", b"c", b"d", b"e", b"f")
    settling = asyncio.create_task(settle(journal, 6, 2, 3, 4, 5))
    await asyncio.sleep(0)
    await append(journal, b"g")
    assert not settling.done()
    await settling
    assert [record.seq for record in await claim_all(journal)] == [1, 7]
    assert journal.accounting().applied == 5


async def test_counts_each_outcome(journal: Journal) -> None:
    await append(journal, b"aa", b"b", b"c", b"d", b"e")
    await journal.settle(
        [
            Settlement(4, Outcome.SUPERSEDED),
            Settlement(1, Outcome.APPLIED),
            Settlement(2, Outcome.STALE),
            Settlement(3, Outcome.DUPLICATE),
        ]
    )
    books = journal.accounting()
    assert (books.applied, books.stale, books.duplicate, books.superseded) == (1, 1, 1, 1)
    assert (books.journal, books.bytes) == (1, 1)
    assert books.balanced
    assert [record.seq for record in await claim_all(journal)] == [5]


async def test_settling_again_counts_nothing(journal: Journal) -> None:
    await append(journal, b"a", b"b", b"c")
    await settle(journal, 2)
    before = journal.accounting()
    await settle(journal, 2, 2, outcome=Outcome.STALE)
    await settle(journal, 99)
    assert journal.accounting() == before


async def test_settles_what_is_there_of_a_run(journal: Journal) -> None:
    await append(journal, b"a", b"bb", b"ccc")
    await settle(journal, 2)
    await settle(journal, 1, 2, 3, 4, outcome=Outcome.STALE)
    books = journal.accounting()
    assert (books.applied, books.stale, books.journal, books.bytes) == (1, 2, 0, 0)


async def test_a_seq_named_twice_counts_once(journal: Journal) -> None:
    await append(journal, b"a")
    await journal.settle([Settlement(1, Outcome.APPLIED), Settlement(1, Outcome.STALE)])
    assert (journal.accounting().applied, journal.accounting().stale) == (1, 0)


async def test_settles_and_buries_together(journal: Journal) -> None:
    await append(journal, b"good", b"bad")
    await journal.settle([Settlement(1, Outcome.APPLIED)], [burial(2), burial(2), burial(77)])
    books = journal.accounting()
    assert (books.applied, books.dead_letters, books.journal, books.bytes) == (1, 1, 0, 3)
    assert books.balanced


async def test_what_is_settled_is_not_buried(journal: Journal) -> None:
    await append(journal, b"a")
    await settle(journal, 1)
    await bury(journal, 1)
    assert journal.accounting().dead_letters == 0
    assert journal.accounting().balanced


async def test_counts_survive_closing(open_journal: Opener) -> None:
    journal = await open_journal()
    await append(journal, b"a", b"b", b"c")
    await settle(journal, 1)
    await bury(journal, 2)
    before = journal.status()
    await journal.close()
    assert (await open_journal()).status() == before
