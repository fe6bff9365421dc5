"""Whether there is room for more: the limit of bytes kept, the free disk, the file itself.

The limit counts bodies that are there, not the file's size: a file doesn't shrink when rows go.
For the same reason pages that are free inside the file count as free disk; without that, a
journal that once filled the disk would refuse for ever.

What is in the log alone still has to find room in the file. Were that given away, a disk that the
journal filled would be full for ever: the log could not be brought into the file, and without that
there is no room in it for the settling of what is done.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from service.journal.errors import JournalFull, JournalGone, JournalUnavailable

_LOOK_EVERY_S = 1.0
_PUT_BACK = "stop the service, put the file back, start again"

# To the log, then to the file.
_WRITTEN_TIMES = 2

# What the log can grow by between two looks, whole pages for a few bytes each: where so little is
# left, every check looks.
_LOG_BYTES = 16 * 1024 * 1024


def _free_bytes(folder: Path) -> int:
    """What the file system lets this user write, bytes."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


class Capacity:
    """Looks at the disk once a second, more often only when little is left: cheap to ask."""

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        min_free_disk_bytes: int,
        free_bytes: Callable[[Path], int] = _free_bytes,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._min_free_disk_bytes = min_free_disk_bytes
        self._free_bytes = free_bytes
        self._monotonic_s = monotonic_s
        found = path.stat()
        self._file, self._length = found.st_ino, found.st_size
        self._free = free_bytes(path.parent)
        self._promised = 0
        self._in_log = 0
        self._spare = 0
        self._gone: JournalUnavailable | None = None
        self._looked_s = monotonic_s()

    def check(self, new_bytes: int, kept_bytes: int) -> None:
        """new_bytes: of the bodies to be appended. kept_bytes: of those already there.

        Raises JournalFull; JournalGone when the file is: nothing written to it lasts;
        JournalUnavailable when that can't be told.
        """
        wanted = kept_bytes + new_bytes
        if wanted > self._max_bytes:
            raise JournalFull(
                f"the journal is full: {wanted:,} bytes of events would exceed its limit of "
                f"{self._max_bytes:,}; let the indexer catch up, drop dead letters, or raise "
                "USER_SYNC_JOURNAL_MAX_BYTES"
            )
        if (
            self._is_low(new_bytes + _LOG_BYTES)
            or self._monotonic_s() - self._looked_s >= _LOOK_EVERY_S
        ):
            self._look()
        if self._gone:
            raise type(self._gone)(str(self._gone))  # a new one: each has its own traceback
        if self._is_low(new_bytes):
            raise JournalFull(
                f"the disk of {self._path.parent} is nearly full: "
                f"{max(0, self._left()):,} bytes are free, "
                f"{self._min_free_disk_bytes:,} have to stay free; make room, or lower "
                "USER_SYNC_JOURNAL_MIN_FREE_BYTES"
            )

    def promise(self, new_bytes: int) -> None:
        """Note bodies let in, to be written with the next commit."""
        self._promised += new_bytes

    def keep_promises(self) -> None:
        """Note that what was let in is written, or given up."""
        self._free -= self._promised
        # A full log was brought into the file, which the next look at the disk sees.
        self._in_log = min(self._in_log + self._promised, _LOG_BYTES)
        self._promised = 0

    def note_spare(self, spare_bytes: int) -> None:
        """Take note of the room inside the file, as the writer finds it now and then: free pages,
        less those in the log that the file will grow by."""
        self._spare = spare_bytes
        self._in_log = 0

    def _left(self) -> int:
        return self._free + self._spare - self._in_log

    def _is_low(self, new_bytes: int) -> bool:
        wanted = _WRITTEN_TIMES * (self._promised + new_bytes)
        return self._left() - wanted < self._min_free_disk_bytes

    def _look(self) -> None:
        self._looked_s = self._monotonic_s()
        try:
            found = self._path.stat()
            self._free = self._free_bytes(self._path.parent)
        except FileNotFoundError:
            self._gone = JournalGone(f"the journal {self._path} is gone; {_PUT_BACK}")
        except OSError as error:
            self._gone = JournalUnavailable(
                f"the journal {self._path} can't be looked at: {error.strerror}"
            )
        else:
            self._gone = self._replaced(found)

    def _replaced(self, found: os.stat_result) -> JournalGone | None:
        """While it is open, the file only grows. Once cut, it can't become what it was."""
        if found.st_ino != self._file:
            return JournalGone(f"the journal {self._path} was replaced while in use; {_PUT_BACK}")
        if found.st_size < self._length:
            self._length = sys.maxsize
            return JournalGone(
                f"the journal {self._path} was overwritten while in use; stop the service, put a "
                "copy of the file in its place, start again"
            )
        self._length = found.st_size
        return None
