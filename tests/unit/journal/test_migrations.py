"""A journal of an older version is brought up to date; one step fails whole or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.journal import migrations
from service.journal.database import Database
from service.journal.errors import JournalUnavailable

SECOND = "ALTER TABLE events ADD COLUMN colour TEXT; CREATE TABLE colours (name TEXT)"
BROKEN = "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def test_the_shipped_ones_are_numbered_from_one() -> None:
    assert "CREATE TABLE events" in migrations.load()[0]


def test_applies_only_what_is_missing(connection: sqlite3.Connection) -> None:
    migrations.apply(connection, ["CREATE TABLE a (x)"])
    assert migrations.version(connection) == 1
    migrations.apply(connection, ["nonsense, never run", "CREATE TABLE b (x)"])
    assert migrations.version(connection) == 2
    connection.execute("SELECT * FROM a, b")


def test_a_failing_one_leaves_no_trace(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrations.apply(connection, ["CREATE TABLE a (x)", BROKEN])
    assert migrations.version(connection) == 1
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert tables == ["a"]


def test_an_older_journal_keeps_its_events(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    scripts = migrations.load()
    older = Database.open(path, scripts)
    older.connection.execute("UPDATE counters SET value = 1")
    older.connection.execute("INSERT INTO counters VALUES ('journal', 1)")
    older.connection.execute("INSERT INTO events VALUES (1, 2, NULL, 0, 0, x'41')")
    older.close()

    with pytest.raises(JournalUnavailable, match="nowhere"):
        Database.open(path, [*scripts, BROKEN])
    newer = Database.open(path, [*scripts, SECOND])
    assert newer.connection.execute("SELECT body, colour FROM events").fetchall() == [(b"A", None)]
    newer.close()


def test_a_new_journal_has_them_all(tmp_path: Path) -> None:
    journal = Database.open(tmp_path / "journal.db", [*migrations.load(), SECOND])
    assert migrations.version(journal.connection) == 2
    journal.close()
