"""Where the owner's socket lies: beside the journal, or, when that path is too long, apart.

A Unix socket's path holds 103 bytes on macOS, 107 on Linux.
"""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_LONGEST_BYTES = 100


def beside(journal: Path) -> Path:
    """`journal.db.sock` for `journal.db`."""
    return journal.with_name(journal.name + ".sock")


def prepare(journal: Path) -> Path:
    """Where to listen, with nothing there. Only for the owner: what was there is stale.

    Raises OSError.
    """
    path = beside(journal)
    if len(os.fsencode(path)) > _LONGEST_BYTES:
        digest = hashlib.blake2b(os.fsencode(journal), digest_size=8).hexdigest()
        path = _private_folder(f"user-sync-{os.getuid()}-{digest}") / "control.sock"
    path.unlink(missing_ok=True)
    return path


def remove(socket: Path, journal: Path, *, inode: int) -> None:
    """Remove the socket, and the folder made for it. What stays is removed at the next start.

    inode: ours; when the journal's folder was taken away, another owner can listen there by now.
    """
    with suppress(OSError):
        if socket.stat().st_ino != inode:
            return
        socket.unlink(missing_ok=True)
        if socket != beside(journal):
            socket.parent.rmdir()


def _private_folder(name: str) -> Path:
    """A folder in the temporary one that only this user can enter; another's is never trusted."""
    folder = Path(tempfile.gettempdir()) / name
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
        if not private or found.st_uid != os.getuid():
            return Path(tempfile.mkdtemp(prefix=f"{name}-"))
    return folder
