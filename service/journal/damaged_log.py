"""A log that SQLite read in part: what stands behind a damaged frame was acknowledged, too.

SQLite ends a log without a word at the first frame whose checksum is wrong, for a power cut can
leave the last commit there in part. But a commit is synced before the next one begins, so several
whole ones behind such a frame are no such rest: the disk has damaged what was safe on it.
(Whole: a full disk can leave the beginning of one.)
https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

import os
import struct
import time
from pathlib import Path

_HEADER_BYTES = 32
_SALTS = slice(16, 24)
_CHECKSUM = slice(-8, None)  # of the log's header, and of a frame's
_FRAME_HEADER_BYTES = 24
_SALTS_OF_FRAME = slice(8, 16)
_COMMITS = slice(4, 8)  # nothing but zeros in any frame but a commit's last
_COVERED = slice(0, 8)
_WORD = 0xFFFFFFFF
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
    """Commits of this log, not of one that it was written over, that SQLite didn't take; 2 at most.

    Of each, the last frame is looked at: it was written after the others.
    """
    commits = 0
    with log.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        order = ">" if header[3:4] == b"\x83" else "<"
        frame_bytes = _FRAME_HEADER_BYTES + page_bytes
        before = header[_CHECKSUM]
        if frames_read:
            file.seek(_HEADER_BYTES + (frames_read - 1) * frame_bytes)
            before = file.read(_FRAME_HEADER_BYTES)[_CHECKSUM]
            file.seek(page_bytes, os.SEEK_CUR)
        while commits < 2 and len(frame := file.read(frame_bytes)) == frame_bytes:
            head, page = frame[:_FRAME_HEADER_BYTES], frame[_FRAME_HEADER_BYTES:]
            if any(head[_COMMITS]) and head[_SALTS_OF_FRAME] == header[_SALTS]:
                covered = head[_COVERED] + page
                commits += _checksum(covered, before, order) == head[_CHECKSUM]
            before = head[_CHECKSUM]
    return commits


def _checksum(covered: bytes, before: bytes, order: str) -> bytes:
    first, second = struct.unpack(">II", before)
    for one, other in struct.iter_unpack(f"{order}II", covered):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return struct.pack(">II", first, second)
