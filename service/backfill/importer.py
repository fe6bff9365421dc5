"""An export into the journal, from its first line to its last.

What is counted as journaled is on disk; an import that ends early can be run again from the start.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from service.backfill.ahead import ahead
from service.backfill.batches import LINES, Batch, batches
from service.backfill.export_file import ExportFile
from service.backfill.intake import Intake
from service.backfill.known import KnownDeadLetters
from service.backfill.profiles import BadLine, LineOptions
from service.journal.access import JournalAccess

_BATCHES_AHEAD = 2


@dataclass(slots=True)
class Tally:
    """Lines so far.

    journaled: on disk, bad ones included. bad: can't become users. known: of the bad ones, dead
    letters already, not journaled again. left_out: of the bad ones, too long to be kept.
    """

    journaled: int = 0
    bad: int = 0
    known: int = 0
    left_out: int = 0

    @property
    def lines(self) -> int:
        """All lines but blank ones."""
        return self.journaled + self.known + self.left_out


class Observer(Protocol):
    """Who is told how it goes."""

    def bad_line(self, line: BadLine) -> None: ...
    def advanced(self, lines: int, position: int) -> None:
        """position: bytes of the export that are done."""
        ...


async def import_users(
    export: ExportFile,
    journal: JournalAccess,
    intake: Intake,
    options: LineOptions,
    observer: Observer,
    *,
    tally: Tally,
    now_us: Callable[[], int],
    max_lines: int = LINES,
) -> None:
    """Journal every line, counting in tally, which is right even when this raises.

    max_lines: journaled at once.

    Raises ExportDamaged after everything before the damage is in, and what intake raises.
    """
    known = KnownDeadLetters(journal)
    async with aclosing(
        ahead(batches(export, options, now_us=now_us, max_lines=max_lines), depth=_BATCHES_AHEAD)
    ) as made:
        async for batch in made:
            await _without_known(batch, known, tally)
            if batch.entries:
                await intake.append(batch.entries)
            tally.journaled += len(batch.entries)
            for line in batch.bad:
                tally.bad += 1
                tally.left_out += line.body is None
                observer.bad_line(line)
            observer.advanced(tally.lines, batch.position)


async def _without_known(batch: Batch, known: KnownDeadLetters, tally: Tally) -> None:
    """Take out of the batch what is a dead letter already."""
    familiar = {
        line.body
        for line in batch.bad
        if line.body is not None and await known.holds(line.code, line.body)
    }
    if familiar:
        kept = [entry for entry in batch.entries if entry.body not in familiar]
        tally.known += len(batch.entries) - len(kept)
        batch.entries = kept
