"""A dead letter keeps its reason, time and body until it is replayed, dropped or expires."""

from service.journal.journal import Journal
from service.journal.records import Burial, DeadLetter
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import (
    SECOND_US,
    START_US,
    Clock,
    append,
    bury,
    claim_all,
    dead_seqs,
)


async def test_keeps_everything(journal: Journal, clock: Clock) -> None:
    await append(journal, b"\x00 not JSON")
    clock.us += SECOND_US
    await journal.settle([], [Burial(1, "not_json", "column 1", 3, "user.created")])
    assert await journal.dead_letters.get(1) == DeadLetter(
        seq=1,
        received_us=START_US,
        failed_us=START_US + SECOND_US,
        code="not_json",
        reason="column 1",
        attempts=3,
        type="user.created",
        size=10,
        body=b"\x00 not JSON",
    )
    assert await claim_all(journal) == []


async def test_says_when_there_is_none(journal: Journal) -> None:
    assert await journal.dead_letters.get(1) is None
    assert await journal.dead_letters.page(limit=10) == []
    assert await journal.dead_letters.codes() == {}


async def test_hostile_text_is_kept_as_far_as_it_can_be(journal: Journal) -> None:
    await append(journal, b"a")
    await journal.settle([], [Burial(1, "c\ud800", "r\udfff\x00" + "x" * 10_000, 1, "t\ud800")])
    letter = await journal.dead_letters.get(1)
    assert letter is not None
    assert (letter.code, letter.type, letter.reason[:3]) == ("c?", "t?", "r?\x00")
    assert len(letter.reason) == 4000


async def test_lists_in_pages_by_code(journal: Journal) -> None:
    await append(journal, *(b"%d" % number for number in range(1, 7)))
    await bury(journal, 1, 3, 5, code="odd")
    await bury(journal, 2, 4, code="even")
    assert await dead_seqs(journal) == [1, 2, 3, 4, 5]
    assert await dead_seqs(journal, "odd") == [1, 3, 5]
    page = await journal.dead_letters.page(limit=2, after=1, code="odd")
    assert [letter.seq for letter in page] == [3, 5]
    assert [letter.seq for letter in await journal.dead_letters.page(limit=2, after=2)] == [3, 4]
    assert await journal.dead_letters.codes() == {"even": 2, "odd": 3}


async def test_replay_brings_it_back_under_a_new_seq(journal: Journal, clock: Clock) -> None:
    await append(journal, b"a", b"b")
    await journal.settle([], [Burial(1, "code", "reason", 4, "user.created")])
    clock.us += SECOND_US
    assert await journal.dead_letters.replay([1, 1, 99], force=True) == 1
    records = await claim_all(journal)
    assert [(r.seq, r.body, r.attempts, r.forced) for r in records] == [
        (2, b"b", 0, False),
        (3, b"a", 4, True),
    ]
    assert records[1].received_us == START_US
    books = journal.accounting()
    assert (books.dead_letters, books.journal, books.received_total) == (0, 2, 2)
    assert books.balanced


async def test_a_replayed_event_waits_since_its_replay(open_journal: Opener, clock: Clock) -> None:
    journal = await open_journal()
    await append(journal, b"a")
    await bury(journal, 1)
    clock.us += SECOND_US
    await journal.dead_letters.replay([1], force=False)
    assert journal.oldest_received_us() == START_US + SECOND_US
    await journal.close()
    assert (await open_journal()).oldest_received_us() == START_US + SECOND_US


async def test_a_replay_wakes_the_indexer(journal: Journal) -> None:
    await append(journal, b"a")
    await bury(journal, 1)
    await journal.dead_letters.replay([1], force=False)
    await journal.wait_for_events(1)


async def test_replay_passes_the_window_of_duplicates(journal: Journal) -> None:
    await append(journal, b"a")
    await bury(journal, 1)
    await append(journal, b"a")
    assert await journal.dead_letters.replay([1], force=False) == 1
    assert [record.body for record in await claim_all(journal)] == [b"a", b"a"]
    assert journal.accounting().duplicate == 0


async def test_drop_counts_as_dropped(journal: Journal) -> None:
    await append(journal, b"aaa", b"b")
    await bury(journal, 1, 2)
    assert await journal.dead_letters.drop([1, 1, 5]) == 1
    books = journal.accounting()
    assert (books.dropped, books.dead_letters, books.bytes) == (1, 1, 1)
    assert books.balanced
    assert await journal.dead_letters.drop([1]) == 0


async def test_expiry_drops_only_the_old(open_journal: Opener, clock: Clock) -> None:
    journal = await open_journal()
    await append(journal, *(b"%d" % number for number in range(1200)), b"young")
    await bury(journal, *range(1, 1201))
    clock.us += SECOND_US
    await bury(journal, 1201)
    assert await journal.dead_letters.expire(START_US + SECOND_US) == 1200
    assert await dead_seqs(journal) == [1201]
    assert await journal.dead_letters.expire(START_US + SECOND_US) == 0
    assert journal.accounting().dropped == 1200
    assert journal.accounting().balanced


async def test_expiry_passes_over_what_is_spared(journal: Journal, clock: Clock) -> None:
    await append(journal, *(b"%d" % number for number in range(1, 1201)))
    await bury(journal, *range(1, 1201), code="spared")
    await append(journal, b"1201")
    await bury(journal, 1201, code="another")
    spared = {"spared": lambda body: int(body) <= 600}
    assert await journal.dead_letters.expire(clock.us + 1, spared=spared) == 601
    assert len(await journal.dead_letters.page(limit=2000)) == 600
    assert await journal.dead_letters.expire(clock.us + 1, spared=spared) == 0


async def test_many_are_moved_in_batches(journal: Journal) -> None:
    await append(journal, *(b"%d" % number for number in range(1100)))
    await bury(journal, *range(1, 1101))
    assert await journal.dead_letters.replay(range(1, 601), force=False) == 600
    assert await journal.dead_letters.drop(range(601, 1101)) == 500
    assert journal.accounting().journal == 600
    assert journal.accounting().balanced
