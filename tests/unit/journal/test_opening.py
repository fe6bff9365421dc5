"""What isn't a sound journal of ours is refused with its reason, and left exactly as it was."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from service.journal import database, inspection
from service.journal.errors import (
    JournalCorrupt,
    JournalError,
    JournalForeign,
    JournalInUse,
    JournalTooNew,
    JournalUnavailable,
)
from service.journal.journal import Journal
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import OPTIONS, append, bodies, content, names_in, settle


def in_sqlite(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def empty_journal(path: Path) -> None:
    database.Database.open(path).close()


def text(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 100)


def short_text(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00")


def another_database(path: Path) -> None:
    in_sqlite(path, "CREATE TABLE events (seq INTEGER PRIMARY KEY, body BLOB)")


def another_database_with_a_log(path: Path) -> None:
    in_sqlite(path, "PRAGMA journal_mode = WAL", "CREATE TABLE t (x)")


def newer(path: Path) -> None:
    empty_journal(path)
    in_sqlite(path, "PRAGMA user_version = 99")


def cut_off(path: Path) -> None:
    empty_journal(path)
    os.truncate(path, path.stat().st_size - 1)


def damaged(path: Path) -> None:
    empty_journal(path)
    with path.open("r+b") as file:
        file.seek(16384)
        file.write(b"\x55" * 4096)


def without_books(path: Path) -> None:
    empty_journal(path)
    in_sqlite(path, "INSERT INTO events VALUES (7, 0, NULL, 0, 0, x'00')")


def with_false_books(path: Path) -> None:
    empty_journal(path)
    in_sqlite(path, "INSERT INTO counters VALUES ('journal', 5)")


def without_tables(path: Path) -> None:
    empty_journal(path)
    in_sqlite(path, "DROP TABLE dead_letters")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (text, JournalForeign, "is not a journal"),
        (short_text, JournalForeign, "is not a journal"),
        (another_database, JournalForeign, "another program's SQLite database"),
        (another_database_with_a_log, JournalForeign, "another program's SQLite database"),
        (Path.mkdir, JournalForeign, "is not a file"),
        (newer, JournalTooNew, "upgrade the program"),
        (cut_off, JournalCorrupt, "is cut off"),
        (damaged, JournalCorrupt, "with its -wal file, which damages a copy"),
        (without_books, JournalCorrupt, "newer than its books"),
        (with_false_books, JournalCorrupt, "its books and its events disagree"),
        (without_tables, JournalCorrupt, "it has no table dead_letters"),
    ],
)
async def test_refuses(
    tmp_path: Path, make: Callable[[Path], None], error: type[JournalError], message: str
) -> None:
    path = tmp_path / "journal.db"
    make(path)
    before = content(path) if not path.is_dir() else b""
    with pytest.raises(error, match=message):
        await Journal.open(path, OPTIONS)
    assert (content(path) if before else b"") == before
    # A foreign file keeps to itself; beside a journal of ours the lock may stay.
    allowed = {"journal.db"} | (set() if error in (JournalForeign, JournalTooNew) else LEFT)
    assert names_in(tmp_path) <= allowed


LEFT = {"journal.db.lock"}


async def test_refuses_a_log_without_its_journal(tmp_path: Path) -> None:
    log = tmp_path / "journal.db-wal"
    text(log)
    before = content(log)
    path = tmp_path / "journal.db"
    with pytest.raises(JournalCorrupt, match="put the journal back"):
        await Journal.open(path, OPTIONS)
    path.touch()
    with pytest.raises(JournalCorrupt, match="put the journal back"):
        await Journal.open(path, OPTIONS)
    assert content(log) == before


def flipped(at: float) -> Callable[[bytearray], None]:
    def flip(log: bytearray) -> None:
        log[int(len(log) * at)] ^= 1

    return flip


def unfinished(log: bytearray) -> None:
    """The second half's frames lack their ends, as a disk leaves them that fills up."""
    frame = 24 + 16384
    for end in range(len(log), len(log) // 2, -frame):
        log[end - 8 : end] = b"\xff" * 8


@pytest.mark.parametrize(
    ("damage", "is_told"),
    [(flipped(0.5), True), (flipped(0), True), (flipped(0.999), False), (unfinished, False)],
)
async def test_a_damaged_log_is_kept_and_told(
    open_journal: Opener,
    path: Path,
    tmp_path: Path,
    damage: Callable[[bytearray], None],
    is_told: bool,
) -> None:
    """SQLite ends a log at the damage, as if it were the rest of a commit that a power cut cut."""
    journal = await open_journal()
    sent = [b"%d" % number for number in range(10)]
    for body in sent:
        await append(journal, body)
    killed = tmp_path / "killed" / path.name
    shutil.copytree(path.parent, killed.parent)  # as a kill at this moment leaves it
    log = killed.with_name("journal.db-wal")
    damaged = bytearray(content(log))
    damage(damaged)
    log.write_bytes(damaged)

    again = await Journal.open(killed, OPTIONS)
    try:
        found = await bodies(again)
        assert found == sent[: len(found)]
        if not is_told:
            assert again.damaged_logs() == []
            return
        assert len(found) < 9
        (kept,) = again.damaged_logs()
        assert content(kept) == damaged
        await append(again, b"next")
    finally:
        await again.close()

    again = await Journal.open(killed, OPTIONS)
    try:
        assert await bodies(again) == [*found, b"next"]
        assert again.damaged_logs() == [kept]
        kept.unlink()
        assert again.damaged_logs() == []
    finally:
        await again.close()


async def test_takes_an_empty_file_for_none(open_journal: Opener, path: Path) -> None:
    path.parent.mkdir()
    path.touch()  # noqa: ASYNC240
    await append(await open_journal(), b"a")


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    text(tmp_path / "file")
    with pytest.raises(JournalUnavailable, match="Not a directory"):
        await Journal.open(tmp_path / "file" / "journal.db", OPTIONS)


async def test_another_programs_hands_are_noticed(open_journal: Opener, path: Path) -> None:
    await (await open_journal()).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalInUse, match="another program"):
            await open_journal()
    await open_journal()


async def test_an_unfinished_journal_is_made_anew(open_journal: Opener, path: Path) -> None:
    path.parent.mkdir()
    text(path.with_name("journal.db.new"))
    await append(await open_journal(), b"a")
    assert names_in(path.parent) == {"journal.db", "journal.db-wal", "journal.db.lock"}


async def test_only_its_user_may_read_it(journal: Journal, path: Path) -> None:
    await append(journal, b"a")
    for file in (path, path.with_name("journal.db-wal"), path.with_name("journal.db.lock")):
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600  # noqa: PTH116
    assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700  # noqa: PTH116


async def test_is_synced_at_every_commit_and_overwrites_what_goes(journal: Journal) -> None:
    def settings(sql: sqlite3.Connection) -> list[object]:
        names = ["journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync"]
        names += ["secure_delete", "locking_mode"]
        return [sql.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await journal._read(settings) == ["wal", 2, 1, 1, 1, "exclusive"]


async def test_gives_back_disk_at_opening(open_journal: Opener, path: Path) -> None:
    journal = await open_journal()
    for number in range(70):
        await append(journal, b"%d" % number + b"x" * 1_000_000)
    await settle(journal, *range(1, 70))
    await journal.close()
    assert os.stat(path).st_size > 64_000_000  # noqa: PTH116
    journal = await open_journal()
    assert os.stat(path).st_size < 4_000_000  # noqa: PTH116
    assert len(await bodies(journal)) == 1


def test_the_header_is_told_by_its_figures(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    empty_journal(path)
    assert inspection.is_there(path, newest_version=1)
    with pytest.raises(JournalTooNew):
        inspection.is_there(path, newest_version=0)


async def test_a_path_of_links_in_a_circle_is_refused(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for path in (circle, circle / "journal.db"):
        with pytest.raises(JournalError, match=r"circle"):
            await Journal.open(path, OPTIONS)
