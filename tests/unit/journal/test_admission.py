"""Whose events are kept, which are only counted, and which were here a moment ago."""

from pathlib import Path

from service.journal.duplicates import DuplicateWindow
from service.journal.journal import Journal
from service.journal.ledger import Ledger
from service.journal.options import JournalOptions
from service.journal.records import Disposition
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import (
    SECOND_US,
    START_US,
    Clock,
    append,
    bodies,
    bury,
    content,
    entry,
    settle,
)

WINDOW = JournalOptions(min_free_disk_bytes=0, lock_wait_s=0, duplicate_window_us=10 * SECOND_US)


async def test_counts_by_type(journal: Journal) -> None:
    await journal.append([entry(b"a"), entry(b"b"), entry(b"c", event_type="user.deleted")])
    assert journal.accounting().received == {"user.created": 2, "user.deleted": 1}


async def test_ignored_and_test_events_are_only_counted(journal: Journal, clock: Clock) -> None:
    await journal.append([entry(b"a", disposition=Disposition.IGNORED, event_type="other")])
    assert journal.status().last_test_us is None
    clock.us += SECOND_US
    await journal.append([entry(b"b", disposition=Disposition.TEST)])
    books = journal.accounting()
    assert (books.ignored, books.test, books.journal, books.bytes) == (1, 1, 0, 0)
    assert books.balanced
    assert journal.status().last_test_us == START_US + SECOND_US
    assert await bodies(journal) == []


def test_types_without_end_count_as_other() -> None:
    ledger = Ledger()
    for number in range(1000):
        ledger.receive(f"type {number}")
    ledger.receive("type 1")
    ledger.receive("\ud800" * 500)
    received = ledger.accounting().received
    assert len(received) == 65
    assert received["type 1"] == 2
    assert received["other"] == 1000 - 64 + 1


async def test_adopts_and_remembers_the_first_tenant(open_journal: Opener) -> None:
    journal = await open_journal()
    await journal.append([entry(b"none")])
    assert journal.tenant() is None
    await journal.append([entry(b"ours", tenant="ours"), entry(b"theirs", tenant="theirs")])
    assert journal.tenant() == "ours"
    await journal.close()
    journal = await open_journal()
    assert journal.tenant() == "ours"
    await journal.append([entry(b"theirs 2", tenant="theirs"), entry(b"none 2")])
    assert await bodies(journal) == [b"none", b"ours", b"none 2"]
    assert journal.accounting().refused == 2
    assert journal.accounting().balanced


async def test_events_that_are_not_stored_adopt_nothing(journal: Journal) -> None:
    for disposition in (Disposition.IGNORED, Disposition.TEST):
        await journal.append([entry(b"a", disposition=disposition, tenant="theirs")])
    assert journal.tenant() is None


async def test_the_tenant_setting_wins(open_journal: Opener) -> None:
    journal = await open_journal()
    await journal.append([entry(b"a", tenant="first")])
    await journal.close()
    journal = await open_journal(
        JournalOptions(tenant="second", min_free_disk_bytes=0, lock_wait_s=0)
    )
    await journal.append([entry(b"b", tenant="first"), entry(b"c", tenant="second")])
    assert await bodies(journal) == [b"a", b"c"]
    await journal.close()
    assert (await open_journal()).tenant() == "second"


async def test_a_tenant_of_any_length_stays_itself(journal: Journal) -> None:
    hostile = "t" * 5000
    await journal.append([entry(b"a", tenant=hostile), entry(b"b", tenant=hostile)])
    assert await bodies(journal) == [b"a", b"b"]


async def test_a_tenant_that_is_no_text_is_anothers_and_never_adopted(journal: Journal) -> None:
    await journal.append([entry(b"a", tenant="\ud800"), entry(b"b", tenant="ours")])
    await journal.append([entry(b"c", tenant="ours\udfff"), entry(b"d", tenant="ours")])
    assert await bodies(journal) == [b"b", b"d"]
    assert (journal.tenant(), journal.accounting().refused) == ("ours", 2)


async def test_a_repetition_is_counted_and_not_kept(journal: Journal) -> None:
    await append(journal, b"a", b"a")
    await append(journal, b"a")
    assert await bodies(journal) == [b"a"]
    assert journal.accounting().duplicate == 2
    assert journal.accounting().balanced


async def test_what_may_be_repeated_is_kept_each_time(journal: Journal) -> None:
    await journal.append([entry(b"a", repeatable=True)])
    await journal.append([entry(b"a", repeatable=True), entry(b"a")])
    assert await bodies(journal) == [b"a", b"a", b"a"]
    assert journal.accounting().duplicate == 0


async def test_a_settled_event_is_still_remembered(journal: Journal) -> None:
    await append(journal, b"a")
    await settle(journal, 1)
    await append(journal, b"a")
    assert await bodies(journal) == []


async def test_a_buried_event_is_let_in_again(journal: Journal) -> None:
    await append(journal, b"a")
    await bury(journal, 1)
    await append(journal, b"a")
    assert await bodies(journal) == [b"a"]


async def test_the_window_ends(open_journal: Opener, clock: Clock) -> None:
    journal = await open_journal(WINDOW)
    await append(journal, b"a")
    clock.us += 10 * SECOND_US
    await append(journal, b"a")
    assert len(await bodies(journal)) == 1
    clock.us += 1
    await append(journal, b"a")
    assert len(await bodies(journal)) == 2


async def test_the_window_does_not_outlive_the_process(open_journal: Opener) -> None:
    journal = await open_journal()
    await append(journal, b"a")
    await journal.close()
    journal = await open_journal()
    await append(journal, b"a")
    assert len(await bodies(journal)) == 2


def test_the_window_is_bounded_in_number_and_age() -> None:
    window = DuplicateWindow(length_us=100, keys=3)
    for at_us, key in enumerate([b"a", b"b", b"c", b"d"]):
        window.remember([key], at_us)
    assert [window.holds(key, 3) for key in (b"a", b"b", b"c", b"d")] == [False, True, True, True]
    window.remember([b"e"], 500)
    assert len(window) == 1


async def test_a_window_of_no_length_is_off(open_journal: Opener) -> None:
    journal = await open_journal(
        JournalOptions(min_free_disk_bytes=0, lock_wait_s=0, duplicate_window_us=0)
    )
    await append(journal, b"a", b"a")
    await append(journal, b"a")
    assert len(await bodies(journal)) == 3


async def test_deleted_bodies_are_overwritten(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    secret = b"ada@example.com"
    await append(journal, secret * 2, secret * 5000, secret)
    await settle(journal, 1, 2)
    await bury(journal, 3)
    await journal.dead_letters.drop([3])
    await journal.close()
    assert secret not in content(path)
