"""A failing group leaves no trace, in memory either; a faulty change spoils only itself."""

import asyncio
import logging
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from service.journal import capacity, database, stall
from service.journal import writer as writer_module
from service.journal.errors import (
    JournalCorrupt,
    JournalFull,
    JournalGone,
    JournalUnavailable,
)
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Disposition, Entry, Outcome, Settlement
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import append, bodies, bury, claim_all, entry, settle
from tests.waiting import until

BIG = b"x" * 200_000


async def limit_pages(journal: Journal, more: int) -> None:
    """Let the file grow by so many pages at most: SQLite's own `database or disk is full`."""

    def limit(sql: sqlite3.Connection) -> None:
        pages = sql.execute("PRAGMA page_count").fetchone()[0]
        sql.execute(f"PRAGMA max_page_count = {pages + more}")

    await journal._read(limit)


async def test_a_failed_group_leaves_no_trace(journal: Journal) -> None:
    await append(journal, b"before")
    before = journal.status()
    await limit_pages(journal, 1)
    with pytest.raises(JournalUnavailable, match="full"):
        await journal.append(
            [
                entry(b"after", tenant="ours", event_type="new"),
                entry(b"", disposition=Disposition.TEST),
                entry(BIG),
            ]
        )
    now = journal.status()
    assert (now.accounting, now.tenant, now.last_seq) == (before.accounting, None, 1)
    assert now.last_test_us is None
    assert await bodies(journal) == [b"before"]

    await limit_pages(journal, 10_000)
    await journal.append([entry(b"after", tenant="others"), entry(BIG)])
    assert [record.seq for record in await claim_all(journal)] == [1, 2, 3]
    assert journal.tenant() == "others"
    assert journal.accounting().duplicate == 0


async def test_says_that_it_cannot_append_until_it_can(journal: Journal) -> None:
    await limit_pages(journal, 1)
    with pytest.raises(JournalUnavailable):
        await append(journal, BIG)
    reason = str(journal.refusal())
    assert "full" in reason
    # Nobody has to send anything for it to notice.
    await limit_pages(journal, 10_000)
    await until(lambda: journal.refusal() is None)
    await append(journal, BIG)


async def test_what_removes_goes_through_when_nothing_fits(journal: Journal) -> None:
    await append(journal, b"a", b"b")
    await limit_pages(journal, 1)
    appending = asyncio.create_task(append(journal, BIG))
    settling = asyncio.create_task(settle(journal, 1))
    results = await asyncio.gather(appending, settling, return_exceptions=True)
    assert isinstance(results[0], JournalUnavailable)
    assert results[1] is None
    assert await bodies(journal) == [b"b"]
    assert journal.accounting().balanced


async def test_a_faulty_change_fails_alone(journal: Journal) -> None:
    results = await asyncio.gather(
        append(journal, b"a"),
        settle(journal, 2**70),
        journal.append([Entry("no bytes", "t", Disposition.STORE)]),  # type: ignore[arg-type]
        append(journal, b"b"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [
        type(None),
        OverflowError,
        TypeError,
        type(None),
    ]
    assert await bodies(journal) == [b"a", b"b"]
    assert journal.accounting().received_total == 2
    assert journal.refusal() is None


async def test_a_lost_connection_is_opened_anew(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await append(journal, b"a")
    before = await journal._read(lambda sql: sql)

    def lose(sql: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(JournalUnavailable, match="disk I/O error"):
        await journal._read(lose)
    await append(journal, b"b")
    assert await journal._read(lambda sql: sql) is not before

    # A disk that fails now and then fills no log.
    with pytest.raises(JournalUnavailable, match="disk I/O error"):
        await journal._read(lose)
    await settle(journal, 1)
    assert await bodies(journal) == [b"b"]
    assert journal.refusal() is None
    assert [vars(record)["action"] for record in caplog.records] == [
        "journal_unavailable",
        "journal_recovered",
    ]


async def test_the_limit_counts_what_is_kept(open_journal: Opener) -> None:
    journal = await open_journal(
        JournalOptions(max_bytes=100, min_free_disk_bytes=0, lock_wait_s=0)
    )
    await append(journal, b"a" * 40, b"b" * 40)
    with pytest.raises(JournalFull, match="exceed its limit of 100") as caught:
        await append(journal, b"c" * 21)
    assert caught.value.retry_after_s > 0
    assert journal.refusal() is None
    await append(journal, b"d" * 20)
    assert journal.refusal() is not None
    assert len(await bodies(journal)) == 3

    await bury(journal, 1)
    with pytest.raises(JournalFull):
        await append(journal, b"c" * 21)
    await journal.dead_letters.drop([1])
    await append(journal, b"c" * 40)
    await settle(journal, 2)
    assert journal.refusal() is None
    assert journal.accounting().bytes == 60
    assert journal.accounting().balanced


async def test_an_append_fits_whole_or_not_at_all(open_journal: Opener) -> None:
    journal = await open_journal(
        JournalOptions(max_bytes=100, min_free_disk_bytes=0, lock_wait_s=0)
    )
    results = await asyncio.gather(
        append(journal, b"a" * 60, b"b" * 60), append(journal, b"c" * 60), return_exceptions=True
    )
    assert isinstance(results[0], JournalFull)
    assert await bodies(journal) == [b"c" * 60]
    assert journal.accounting().received_total == 1


async def test_what_is_only_counted_needs_no_room(open_journal: Opener) -> None:
    journal = await open_journal(
        JournalOptions(max_bytes=1, min_free_disk_bytes=2**62, lock_wait_s=0)
    )
    await journal.append([entry(b"x" * 100, disposition=Disposition.TEST)])
    assert journal.accounting().test == 1
    with pytest.raises(JournalFull, match="nearly full"):
        await append(journal, b"a")
    assert "nearly full" in str(journal.refusal())


async def test_settles_in_one_transaction(journal: Journal) -> None:
    await append(journal, b"a", b"b")
    with pytest.raises(OverflowError):
        await journal.settle([Settlement(1, Outcome.APPLIED), Settlement(2**64, Outcome.APPLIED)])
    assert await bodies(journal) == [b"a", b"b"]
    assert journal.accounting().applied == 0


async def test_a_log_removed_while_in_use_takes_nothing_with_it(
    journal: Journal,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer_module, "_MEASURE_EVERY_S", 0.0)
    await append(journal, b"before")
    path.with_name(f"{path.name}-wal").unlink()
    await append(journal, b"after")
    await append(journal, b"and so on")
    # As if the process had been killed: what only it could reach is not there.
    alone = path.parent.parent / "copied" / path.name
    alone.parent.mkdir()
    for file in (path, path.with_name(f"{path.name}-wal")):
        shutil.copy(file, alone.with_name(file.name))
    copied = await Journal.open(alone, JournalOptions())
    try:
        assert await bodies(copied) == [b"before", b"after", b"and so on"]
    finally:
        await copied.close()


async def test_when_the_file_is_gone_with_its_log_that_is_told_and_no_fault_of_ours(
    journal: Journal,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(writer_module, "_MEASURE_EVERY_S", 0.0)
    monkeypatch.setattr(capacity, "_LOOK_EVERY_S", 0.0)
    await append(journal, b"before")
    for file in (path, path.with_name(f"{path.name}-wal")):
        file.unlink()
    for _ in range(2):
        with pytest.raises(JournalGone, match="is gone"):
            await append(journal, b"after")
    assert not [record for record in caplog.records if record.exc_info]
    assert await bodies(journal) == [b"before"]


async def test_a_disk_that_does_not_answer_keeps_nobody_waiting(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A volume that hangs fails no write: none ends. Who asks is told, and so is the log, once."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(stall, "_STALLED_AFTER_S", 0.05)
    answers = threading.Event()
    hanging = asyncio.create_task(journal._change(lambda _: answers.wait(10)))
    waiting = asyncio.create_task(append(journal, b"came before anybody could know"))
    async with asyncio.timeout(5):
        while journal.refusal() is None:  # noqa: ASYNC110 - nothing tells when it changes
            await asyncio.sleep(0.01)
        assert "has not answered" in str(journal.refusal())
        for _ in range(2):
            with pytest.raises(JournalUnavailable, match="has not answered"):
                await append(journal, b"refused")
        answers.set()
        await asyncio.gather(hanging, waiting)
        while journal.refusal() is not None:  # noqa: ASYNC110 - the writer ends after it answers
            await asyncio.sleep(0.01)
        monkeypatch.setattr(stall, "_STALLED_AFTER_S", 10)  # of a busy machine's disk, too
        await append(journal, b"after")
    assert journal.refusal() is None
    assert await bodies(journal) == [b"came before anybody could know", b"after"]
    told = [record.__dict__["action"] for record in caplog.records]
    assert told == ["journal_unavailable", "journal_recovered"]


async def test_a_damaged_file_takes_nothing_more_and_says_so_for_good(
    open_journal: Opener,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Too large a file to be read whole at opening. What came now would go with it."""
    monkeypatch.setattr(database, "_CHECKED_WHOLE_BYTES", 0)
    caplog.set_level(logging.INFO)
    journal = await open_journal()
    await append(journal, *(b"%d" % number + b"x" * 1_000 for number in range(200)))
    await journal.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 16384 * 16384)  # noqa: ASYNC240
        file.write(b"\x55" * 16384)

    journal = await open_journal()
    await append(journal, b"before anybody met the damage")
    for _ in range(2):
        with pytest.raises(JournalUnavailable, match="is damaged"):
            await claim_all(journal)
        assert len(await journal.claim(after=0, max_events=5, max_bytes=10**6)) == 5
        await settle(journal, 1, 2)
        with pytest.raises(JournalUnavailable, match="is damaged"):
            await append(journal, b"after")
        assert isinstance(journal.refusal(), JournalCorrupt)
    assert [vars(record)["action"] for record in caplog.records] == ["journal_unavailable"]
    assert journal.accounting().applied == 2
