"""One owner: an flock on a file beside the journal, held until the process ends.

Not a lock on the database: POSIX drops that one as soon as anything in the same process opens and
closes the file. An flock belongs to its open file, and goes with the process however it dies.
The file is never removed (another could then lock its successor); it says who holds it.
"""

import fcntl
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.journal.errors import JournalForbidden, JournalInUse, JournalUnavailable

_RETRY_S = 0.05
_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock, as the lock file says.

    pid: as it sees itself (another one in another container). socket: where it answers commands, if
    it does.
    """

    pid: int | None
    socket: Path | None


def lock_path(journal: Path) -> Path:
    """The lock's file: `journal.db.lock` for `journal.db`."""
    return journal.with_name(journal.name + ".lock")


def read_owner(journal: Path) -> Owner:
    """What the lock file says; it can be the word of an owner that is gone."""
    try:
        text = lock_path(journal).read_bytes()[:_MOST_BYTES].decode("utf-8", "replace")
    except OSError:
        return Owner(None, None)
    pid, _, socket = text.rstrip("\n").partition("\n")
    return Owner(int(pid) if pid.isdecimal() else None, Path(socket) if socket else None)


def in_use(journal: Path) -> JournalInUse:
    """The error for people."""
    pid = read_owner(journal).pid
    who = f"process {pid}" if pid else "another process"
    return JournalInUse(
        f"the journal {journal} is in use by {who}; stop it first, or use another journal"
    )


class OwnerLock:
    """The lock, held. Release it, or let the process end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.announce(None)

    @classmethod
    def acquire(cls, journal: Path, *, wait_s: float) -> "OwnerLock":
        """Blocks up to wait_s while another holds it.

        Raises JournalInUse, JournalForbidden, JournalUnavailable.
        """
        deadline_s = time.monotonic() + wait_s
        descriptor = _open(lock_path(journal))
        try:
            locked = _try_lock(descriptor, journal)
            while not locked and time.monotonic() < deadline_s:
                time.sleep(_RETRY_S)
                locked = _try_lock(descriptor, journal)
        except BaseException:
            os.close(descriptor)
            raise
        if not locked:
            os.close(descriptor)
            raise in_use(journal)
        return cls(descriptor)

    def announce(self, socket: Path | None) -> None:
        """Tell commands where this owner answers; None while it doesn't."""
        self._note(f"{os.getpid()}\n{socket or ''}\n".encode())

    def release(self) -> None:
        """Let another own the journal."""
        self._note(b"")
        os.close(self._descriptor)

    def _note(self, text: bytes) -> None:
        """Who holds it. On a disk that is full or fails, the lock holds and goes without."""
        with suppress(OSError):
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except PermissionError as error:
        raise JournalForbidden(
            f"{path}: {error.strerror}; run as {_owner_name(path)}, who owns the journal"
        ) from error
    except OSError as error:
        raise JournalUnavailable(f"{path} can't be opened: {error.strerror}") from error


def _owner_name(path: Path) -> str:
    for place in (path, path.parent):
        try:
            return place.owner()
        except (OSError, KeyError):
            continue
    return "the user"


def _try_lock(descriptor: int, journal: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise JournalUnavailable(
            f"{lock_path(journal)} can't be locked: {error.strerror}; use a local disk"
        ) from error
    return True
