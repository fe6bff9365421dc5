"""Becoming the owner: look, lock, open; in that order, so that a foreign file keeps to itself."""

from dataclasses import dataclass
from pathlib import Path

from service.journal import inspection, migrations
from service.journal.database import Database
from service.journal.errors import JournalForbidden, JournalUnavailable
from service.journal.lock import OwnerLock, lock_path


@dataclass(frozen=True, slots=True)
class Owned:
    """An open journal and the lock that makes it ours."""

    lock: OwnerLock
    database: Database

    def release(self) -> None:
        """Close and let go."""
        self.database.close()
        self.lock.release()


def absolute(path: Path) -> Path:
    """The one name of the journal at that path, whatever links lead to it.

    Raises JournalUnavailable.
    """
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:  # pathlib's for links in a circle
        raise JournalUnavailable(f"the journal can't lie at {path}: {error}") from error


def take(path: Path, *, lock_wait_s: float) -> Owned:
    """Blocks up to lock_wait_s while another owns the journal. path: absolute.

    Raises JournalInUse, JournalForeign, JournalCorrupt, JournalTooNew, JournalForbidden,
    JournalUnavailable.
    """
    try:
        if not lock_path(path).exists():
            inspection.is_there(path, newest_version=len(migrations.load()))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except PermissionError as error:
        raise JournalForbidden(
            f"{error.filename}: {error.strerror}; run as the journal's owner, or use another path"
        ) from error
    except OSError as error:
        raise JournalUnavailable(
            f"the journal can't lie at {path}: {error.strerror} ({error.filename})"
        ) from error
    lock = OwnerLock.acquire(path, wait_s=lock_wait_s)
    try:
        return Owned(lock, Database.open(path))
    except BaseException:
        lock.release()
        raise
