"""What stands at the journal's path, found out before SQLite may touch it.

SQLite would write beside a foreign file (a log, a rolled back journal) just by opening it. The
file's first 100 bytes say whose it is: https://www.sqlite.org/fileformat.html#the_database_header
"""

import stat
import struct
from pathlib import Path

from service.journal.errors import (
    JournalCorrupt,
    JournalForbidden,
    JournalForeign,
    JournalTooNew,
    JournalUnavailable,
)

APPLICATION_ID = 0x61304A4C  # "a0JL"
_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_COMPANIONS = ("-wal", "-journal")
KEEP = "Nothing was changed"


def is_there(path: Path, *, newest_version: int) -> bool:
    """True for a journal of ours to be opened, False when one can be made there.

    Only reads. Raises JournalForeign, JournalTooNew, JournalCorrupt, JournalForbidden.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise JournalForeign(f"{path} is not a file. {KEEP}; choose another path")
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        _refuse_orphans(path)
        return False
    except PermissionError as error:
        raise JournalForbidden(f"{path}: {error.strerror}; run as the journal's owner") from error
    except OSError as error:
        raise JournalUnavailable(f"{path} can't be read: {error.strerror}") from error
    if not header:
        _refuse_orphans(path)
        return False
    _judge_header(path, header, newest_version)
    if found.st_size < _pages_bytes(header) and not _holds_something(_companion(path, "-wal")):
        raise JournalCorrupt(
            f"the journal {path} is cut off: {found.st_size:,} of {_pages_bytes(header):,} bytes. "
            f"{KEEP}; restore it from a copy, or move it away to begin anew"
        )
    return True


def refuse_newer(path: Path, version: int, newest_version: int) -> None:
    """Raises JournalTooNew."""
    if version > newest_version:
        raise JournalTooNew(
            f"the journal {path} was written by a newer version of this program (its schema is "
            f"{version}, this program knows up to {newest_version}). {KEEP}; upgrade the program"
        )


def _judge_header(path: Path, header: bytes, newest_version: int) -> None:
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise JournalForeign(f"{path} is not a journal. {KEEP}; choose another path")
    (version,) = struct.unpack_from(">i", header, 60)
    (application_id,) = struct.unpack_from(">i", header, 68)
    if application_id != APPLICATION_ID:
        raise JournalForeign(
            f"{path} is another program's SQLite database. {KEEP}; choose another path"
        )
    refuse_newer(path, version, newest_version)


def _pages_bytes(header: bytes) -> int:
    """The file's size as its header has it; 0 when the header's figure isn't valid."""
    (page_size,) = struct.unpack_from(">H", header, 16)
    changed, pages = struct.unpack_from(">II", header, 24)
    (valid_for,) = struct.unpack_from(">I", header, 92)
    return int(pages * (65536 if page_size == 1 else page_size)) if changed == valid_for else 0


def _refuse_orphans(path: Path) -> None:
    for ending in _COMPANIONS:
        companion = _companion(path, ending)
        if _holds_something(companion):
            raise JournalCorrupt(
                f"{companion} is there but the journal {path} is not: it may hold acknowledged "
                f"events. {KEEP}; put the journal back, or move {companion.name} away"
            )


def _companion(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
