"""What is read from an open journal. Nothing here changes anything or reads more than it returns.

(`claim` reads one body too many when the bytes run out.)
"""

import sqlite3
from contextlib import closing

from service.journal import ledger as books
from service.journal import queries
from service.journal.ledger import Ledger, Oldest
from service.journal.records import DeadLetter, DeadLetterSummary, Record

_TABLES = frozenset({"events", "dead_letters", "counters", "tenant", "marks"})


def ledger(connection: sqlite3.Connection) -> Ledger:
    """The committed books."""
    counts = dict(connection.execute(queries.GET_COUNTERS).fetchall())
    tenant = connection.execute(queries.GET_TENANT).fetchone()
    oldest = connection.execute(queries.OLDEST_EVENT).fetchone()
    return Ledger(
        counts,
        tenant[0] if tenant else None,
        Oldest(*oldest) if oldest else None,
    )


def claim(
    connection: sqlite3.Connection, *, after: int, max_events: int, max_bytes: int
) -> list[Record]:
    """The oldest events with seq > after, in order; at least one if there is any."""
    records: list[Record] = []
    room = max_bytes
    with closing(connection.execute(queries.CLAIM, (after, max_events))) as rows:
        for seq, received_us, body, attempts, forced in rows:
            room -= len(body)
            if room < 0 and records:
                break
            records.append(Record(seq, received_us, body, attempts, forced != 0))
    return records


def dead_letters(
    connection: sqlite3.Connection, *, limit: int, after: int, code: str | None
) -> list[DeadLetterSummary]:
    """A page of dead letters, without bodies."""
    if code is None:
        rows = connection.execute(queries.DEAD_LETTERS, (after, limit))
    else:
        rows = connection.execute(queries.DEAD_LETTERS_OF_CODE, (code, after, limit))
    return [DeadLetterSummary(*row) for row in rows.fetchall()]


def dead_letter(connection: sqlite3.Connection, seq: int) -> DeadLetter | None:
    """One dead letter with its body."""
    row = connection.execute(queries.DEAD_LETTER, (seq,)).fetchone()
    return None if row is None else DeadLetter(*row)


def dead_letter_codes(connection: sqlite3.Connection) -> dict[str, int]:
    """How many dead letters there are of each code (from the index, bodies untouched)."""
    return dict(connection.execute(queries.DEAD_LETTER_CODES).fetchall())


def newest_dead_letter(connection: sqlite3.Connection, code: str | None) -> int | None:
    """The largest seq of a dead letter (of the code); None when there is none."""
    if code is None:
        (seq,) = connection.execute(queries.LAST_DEAD_LETTER).fetchone()
    else:
        (seq,) = connection.execute(queries.LAST_DEAD_LETTER_OF_CODE, (code,)).fetchone()
    return None if seq is None else int(seq)


def expired(
    connection: sqlite3.Connection, *, older_than_us: int, most: int, skip: int
) -> list[tuple[int, str]]:
    """Seqs and codes of dead letters that failed before that time, the oldest ones first."""
    rows = connection.execute(queries.EXPIRED_DEAD_LETTERS, (older_than_us, most, skip))
    return rows.fetchall()


def whereabouts(
    connection: sqlite3.Connection, first: int, last: int
) -> tuple[int, dict[str, int]]:
    """How many of the seqs first…last wait, and how many are dead letters, by code."""
    (waiting,) = connection.execute(queries.EVENTS_BETWEEN, (first, last)).fetchone()
    codes = connection.execute(queries.DEAD_LETTERS_BETWEEN, (first, last)).fetchall()
    return int(waiting), dict(codes)


def mark(connection: sqlite3.Connection, name: str) -> int | None:
    """A remembered integer."""
    row = connection.execute(queries.GET_MARK, (name,)).fetchone()
    return None if row is None else int(row[0])


def contradiction(connection: sqlite3.Connection) -> str:
    """What the books and the ends of the tables say differently; empty when they agree.

    Counting the rows would take minutes on a large journal. A lost or foreign table, or books
    older than the rows (which would give a seq twice), show at the ends already.
    """
    tables = {name for (name,) in connection.execute(queries.TABLES).fetchall()}
    if not tables >= _TABLES:
        return f"it has no table {', '.join(sorted(_TABLES - tables))}"
    state = ledger(connection)
    last_event = connection.execute(queries.LAST_EVENT).fetchone()[0]
    last_dead_letter = connection.execute(queries.LAST_DEAD_LETTER).fetchone()[0]
    if state.get(books.LAST_SEQ) < max(last_event or 0, last_dead_letter or 0):
        return "it holds events newer than its books"
    if (last_event is None) != (state.get(books.JOURNAL) == 0):
        return "its books and its events disagree"
    if (last_dead_letter is None) != (state.get(books.DEAD_LETTERS) == 0):
        return "its books and its dead letters disagree"
    return ""
