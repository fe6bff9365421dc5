"""How a command shows that it gets on with an export: a bar on a terminal, else a line at times.

Everything goes to stderr: stdout is for the result.
"""

import time
from typing import Self

from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from service.backfill.profiles import BadLine
from service.commands.terminal import console, note
from service.observability.printable import printable

MOST_BAD_LINES = 20
_EVERY_S = 5.0


class ExportProgress:
    """`with ExportProgress() as progress: progress.begins("Importing", size) …`."""

    def __init__(self) -> None:
        self._what = ""
        self._size: int | None = None
        self._bad_lines = 0
        self._told_s = time.monotonic()
        out = console(stderr=True)
        self._bar = (
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.fields[lines]:,} users"),
                TimeRemainingColumn(),
                console=out,
                transient=True,
            )
            if out.is_terminal
            else None
        )
        self._task = self._bar.add_task("", total=None, lines=0) if self._bar else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def begins(self, what: str, size: int | None) -> None:
        """From now on it does this. size: bytes of the export, None when unknown."""
        self._what, self._size = what, size
        if self._bar and self._task is not None:
            self._bar.reset(self._task, description=what, total=size, lines=0)

    def getting_on(self, what: str) -> None:
        """It does this, and how far can't be told."""
        if self._bar:
            self.begins(what, None)
        elif what != self._what and time.monotonic() - self._told_s >= _EVERY_S:
            self._told_s = time.monotonic()
            self._what = what
            note(what)

    def advanced(self, lines: int, position: int) -> None:
        """So much is done. position: bytes of the export."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=position, lines=lines)
        elif time.monotonic() - self._told_s >= _EVERY_S:
            self._told_s = time.monotonic()
            share = f", {position / self._size:.0%} of the export" if self._size else ""
            note(f"{self._what}: {lines:,} users{share}")

    def bad_line(self, line: BadLine) -> None:
        """Told with its number and reason; only the first ones are."""
        self._bad_lines += 1
        if self._bad_lines <= MOST_BAD_LINES:
            self.say(f"line {line.number}: {line.code}: {line.detail}")
        elif self._bad_lines == MOST_BAD_LINES + 1:
            self.say("There are more bad lines; the result counts them.")

    def waiting(self, reason: str) -> None:
        """It doesn't go on for now."""
        self.say(f"Waiting, nothing is lost: {reason}")

    def say(self, text: str) -> None:
        """A line beside the bar."""
        if self._bar:
            self._bar.console.print(Text(printable(text)))
        else:
            note(text)
