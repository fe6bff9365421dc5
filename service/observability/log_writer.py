"""Writes the log's lines in a thread of its own: whoever logs never waits for whoever reads.

A paused `less` or a log shipper that hangs fills the pipe, and the next write waits for as long as
that lasts. On the event loop, senders would wait with it until they give up, and events be lost.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import UnsupportedOperation
from typing import Final, TextIO

# Some megabytes. Beyond that the newest are missing, and counted: how a trouble began tells more.
_MOST_WAITING: Final = 5_000


class LogWriter:
    """Takes lines, in order, until close.

    write: may take for ever. missing: makes the line that stands for so many that are missing.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        missing: Callable[[int], str],
        *,
        most_waiting: int = _MOST_WAITING,
    ) -> None:
        self._write = write
        self._missing = missing
        self._most_waiting = most_waiting
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._written = 0
        self._closed = False
        self._told = False
        self._changed = threading.Condition()
        # A daemon: the end of the process doesn't wait for it, `flush` does.
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def put(self, line: str) -> None:
        """Queue a line, or count it where too many wait."""
        with self._changed:
            if self._closed:
                return
            if len(self._lines) >= self._most_waiting:
                self._dropped += 1
                return
            self._tell_dropped()
            self._lines.append(line)
            self._changed.notify_all()

    def flush(self, patience_s: float) -> None:
        """Return when all is written, or nothing was for so long."""
        with self._changed:
            while self._lines or self._dropped:
                so_far = self._written
                if not self._changed.wait_for(partial(self._wrote_more, so_far), patience_s):
                    return

    def close(self) -> None:
        """Write what waits, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wrote_more(self, lines: int) -> bool:
        return self._written > lines

    def _tell_dropped(self) -> None:
        if self._dropped:
            self._lines.append(self._missing(self._dropped))
            self._dropped = 0

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines or self._closed)
                if not self._lines:
                    return
                line = self._lines[0]
            self._write_one(line)
            with self._changed:
                self._lines.popleft()
                if not self._lines:
                    self._tell_dropped()
                self._written += 1
                self._changed.notify_all()

    def _write_one(self, line: str) -> None:
        """Lines that can't be written, on a full disk say, are missing; what runs goes on."""
        try:
            self._write(line + "\n")
        except OSError as error:
            if not self._told:
                self._told = True
                with suppress(OSError):  # stderr may end at the same place
                    print(f"the log can't be written: {error.strerror}", file=sys.stderr)


def writing_to(out: TextIO) -> Callable[[str], object]:
    """A function that writes text to where `out` leads, all of it.

    Past its buffer, if there is a file below: a thread that waits inside would hold the buffer's
    lock, and Python ends with a crash when it can't empty the buffer at its exit.
    """
    try:
        number = out.fileno()
    except UnsupportedOperation:
        return lambda text: (out.write(text), out.flush())
    out.flush()

    def write(text: str) -> None:
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(number, left) :]

    return write
