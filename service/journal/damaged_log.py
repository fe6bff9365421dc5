"""A log that SQLite read in part: what stands behind a damaged frame was acknowledged, too.

SQLite ends a log without a word at the first frame whose checksum is wrong, for a power cut can
leave the last commit there in part. But a commit is synced before the next one begins, so several
whole ones behind such a frame are no such rest: the disk has damaged what was safe on it.
https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import struct
import time
from pathlib import Path

_HEADER_BYTES = 32
_FRAME_HEADER = struct.Struct(">II8s8s")
_SALTS = slice(16, 24)
_MARK = ".damaged-"


def set_aside(log: Path, *, frames_read: int, page_bytes: int) -> Path | None:
    """Rename the log if it is damaged; its new place, or None. Nobody may write it any more.

    frames_read: those SQLite took, all of which are in the file by now. Raises OSError.
    """
    if _commits_behind(log, frames_read, page_bytes) < 2:
        return None
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return log.rename(log.with_name(f"{log.name}{_MARK}{when}"))


def kept(log: Path) -> list[Path]:
    """Damaged logs of earlier and now that nobody has taken away. Raises OSError."""
    return sorted(log.parent.glob(f"{log.name}{_MARK}*"))


def _commits_behind(log: Path, frames_read: int, page_bytes: int) -> int:
    """Commits of this log, not of one that it was written over, that SQLite didn't take."""
    commits = 0
    with log.open("rb") as file:
        salts = file.read(_HEADER_BYTES)[_SALTS]
        frame = frames_read
        while True:
            file.seek(_HEADER_BYTES + frame * (_FRAME_HEADER.size + page_bytes))
            header = file.read(_FRAME_HEADER.size)
            if len(header) < _FRAME_HEADER.size:
                return commits
            _, pages_after_commit, of_frame, _ = _FRAME_HEADER.unpack(header)
            commits += pages_after_commit > 0 and of_frame == salts
            frame += 1
