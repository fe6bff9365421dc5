"""The journal's SQLite file: made, opened, recovered, closed. One connection, nobody else's.

Promise 1 rests on what is set here: a write-ahead log synced at every commit. The connection locks
the file exclusively: SQLite before 3.51.3 can corrupt a log that two connections write.
"""

import logging
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from service.journal import damaged_log, inspection, migrations, reading
from service.journal.errors import (
    JournalCorrupt,
    JournalError,
    JournalForbidden,
    JournalInUse,
    JournalUnavailable,
)
from service.journal.ledger import Ledger

log = logging.getLogger(__name__)

_MIB = 1024**2

# Sixteen kilobytes: a dozen events a page, so that a group touches few pages.
_PAGE_BYTES = 16384

# Pages in the log before it is brought into the file (16 MiB): rare enough that fewer than one
# append in a hundred meets it, small enough that it then waits tens of milliseconds.
_CHECKPOINT_PAGES = 1024

_CACHE_KIB = 4 * 1024

# A whole check reads every page. Up to this size it takes no time worth mentioning.
_CHECKED_WHOLE_BYTES = 16 * _MIB

# Disk given back at opening when at least this much is free inside and little is in use.
_WORTH_GIVING_BACK_BYTES = 64 * _MIB
_QUICKLY_REWRITTEN_BYTES = 16 * _MIB

_SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: a plain fsync stops at the drive's cache
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA secure_delete = ON",  # what is settled or dropped is overwritten: it is personal data
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA cache_size = -{_CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
)


class Database:
    """The file and its one connection; only one thread at a time may use it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._file = _inode(path)
        self._log: int | None = None

    @classmethod
    def open(cls, path: Path, scripts: Sequence[str] | None = None) -> "Database":
        """Open the journal at path, or make one; the caller holds its lock.

        scripts: the migrations, by default the program's own.
        Raises JournalForeign, JournalCorrupt, JournalTooNew, JournalForbidden, JournalInUse,
        JournalUnavailable.
        """
        known = migrations.load() if scripts is None else scripts
        try:
            if not inspection.is_there(path, newest_version=len(known)):
                _create(path, known)
            _set_aside_damaged_log(path)
            connection = _connect(path)
            try:
                _check(connection, path, known)
                _give_back_space(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise explain(error, path) from error
        except OSError as error:
            raise _explain_os(error, path) from error
        return cls(path, connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, opened anew when it was lost. Raises sqlite3.Error."""
        if self._connection is None:
            self._connection = _connect(self.path)
            self._log = None
        return self._connection

    @property
    def lost(self) -> bool:
        """Whether the next use opens the file anew: what is on disk then counts."""
        return self._connection is None

    def ledger(self) -> Ledger:
        """The committed books. Raises sqlite3.Error."""
        return reading.ledger(self.connection)

    def spare_bytes(self) -> int:
        """Bytes of free pages inside the file, less those that are in the log alone and that the
        file will grow by: negative when these are more. Raises sqlite3.Error."""
        free = int(self.connection.execute("PRAGMA freelist_count").fetchone()[0])
        pages = int(self.connection.execute("PRAGMA page_count").fetchone()[0])
        page_bytes = _page_bytes(self.connection)
        grown = pages * page_bytes
        with suppress(OSError):  # gone: that is told elsewhere
            grown = min(grown, self.path.stat().st_size)
        return free * page_bytes + grown - pages * page_bytes

    def keep_log(self) -> bool:
        """Whether the log is still where it was; if somebody removed it, make what it holds last.

        SQLite would go on with it, and what it holds would end with the process. A file that is
        gone itself can't be helped so: there would be nothing to open again. Raises sqlite3.Error.
        """
        found = _inode(log_path(self.path))
        if self._log is None:
            self._log = found
        if found == self._log or _inode(self.path) != self._file:
            return True
        self.shorten_log()
        self.close()
        return False

    def shorten_log(self) -> None:
        """Bring the log into the file and empty it: it too holds deleted bodies until then."""
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def rollback(self) -> None:
        """Undo what isn't committed."""
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self.close()

    def recover(self, error: BaseException) -> None:
        """After the storage failed: make the next transaction possible.

        A full disk is left by rolling back, and by reusing the log. After any other fault the
        connection goes: what it holds in memory may not be what is on disk.
        """
        self.rollback()
        if not is_full(error):
            self.close()
        elif self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close the connection; never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # the log then stays: the next opening reads it
                connection.close()


def _create(path: Path, scripts: Sequence[str]) -> None:
    """Make it beside its place and move it there whole: no crash leaves half a journal."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(_uri(unfinished), uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute(f"PRAGMA application_id = {inspection.APPLICATION_ID}")
        migrations.apply(connection, scripts)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def log_path(path: Path) -> Path:
    """The write-ahead log's place."""
    return path.with_name(f"{path.name}-wal")


def _set_aside_damaged_log(path: Path) -> None:
    """What can be read of it goes into the file first; then the journal does without the rest."""
    found = log_path(path)
    if not found.exists() or found.stat().st_size == 0:
        return
    connection = _connect_alone(path)
    try:
        frames = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
        moved = damaged_log.set_aside(
            found, frames_read=max(0, frames), page_bytes=_page_bytes(connection)
        )
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        return  # it stays, and so does what is in it
    finally:
        connection.close()
    if moved:
        log.error(
            "the journal's log was damaged on the disk: acknowledged events in it can't be read; "
            "it is kept as %s",
            moved.name,
            extra={"action": "journal_log_damaged"},
        )


def _connect(path: Path) -> sqlite3.Connection:
    connection = _connect_alone(path)
    try:
        _begin_log_anew(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_alone(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        _uri(path), uri=True, isolation_level=None, check_same_thread=False, timeout=1
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        # Takes the exclusive lock, and keeps it.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    if mode != "wal":
        connection.close()
        raise JournalUnavailable(f"{path} lies where SQLite can't keep a log; use a local disk")
    return connection


def _begin_log_anew(connection: sqlite3.Connection) -> None:
    """Bring what the log holds into the file, synced, before anything is added to it.

    The sync of its last commits may have failed: the system can have forgotten them and still show
    them. Behind such a gap nothing added would survive a power cut.
    """
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise
        # A full disk refuses writes, not syncs: the log is whole.


def _check(connection: sqlite3.Connection, path: Path, scripts: Sequence[str]) -> None:
    inspection.refuse_newer(path, migrations.version(connection), len(scripts))
    migrations.apply(connection, scripts)
    faults = reading.contradiction(connection)
    if not faults and path.stat().st_size <= _CHECKED_WHOLE_BYTES:
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        faults = "" if answer == "ok" else answer
    if faults:
        raise _corrupt(path, faults)


def _give_back_space(connection: sqlite3.Connection) -> None:
    """A file never shrinks by itself. Rewrite it when it is nearly empty: that is quick then.

    It takes some room first. Where the disk has none, the journal is used as it is.
    """
    free = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
    pages = int(connection.execute("PRAGMA page_count").fetchone()[0])
    page_bytes = _page_bytes(connection)
    if (
        free * page_bytes >= _WORTH_GIVING_BACK_BYTES
        and (pages - free) * page_bytes <= _QUICKLY_REWRITTEN_BYTES
    ):
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _page_bytes(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA page_size").fetchone()[0])


def _uri(path: Path) -> str:
    return f"{path.as_uri()}?mode=rw"


def _primary_code(error: BaseException) -> int:
    code = getattr(error, "sqlite_errorcode", 0)
    return int(code) & 0xFF


def is_full(error: BaseException) -> bool:
    """Whether the disk had no room."""
    return _primary_code(error) == sqlite3.SQLITE_FULL


def explain(error: sqlite3.Error, path: Path) -> JournalError:
    """SQLite's error as one of ours, for people."""
    code = _primary_code(error)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _corrupt(path, str(error))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalInUse(f"another program has {path} open in SQLite; close it there")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return JournalForbidden(f"{path} can't be written: {error}; run as the journal's owner")
    return JournalUnavailable(f"the journal {path} can't be used: {error} ({name})")


def _explain_os(error: OSError, path: Path) -> JournalError:
    if isinstance(error, PermissionError):
        return JournalForbidden(f"{path}: {error.strerror}; run as the journal's owner")
    return JournalUnavailable(f"the journal {path} can't be used: {error.strerror}")


def _corrupt(path: Path, faults: str) -> JournalCorrupt:
    return JournalCorrupt(
        f"the journal {path} is damaged: {faults}. No event was removed; stop the service, move "
        "the file away with its -wal file, which damages a copy put in its place, and restore a "
        "copy or begin anew: user-sync reconcile with a new export finds and mends what it held"
    )
