"""Lines of an export to entries of the journal, in batches.

A line that can't become a user is wrapped and goes on all the same: the indexer makes it a dead
letter, with the very line in it. Its number can only be told here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.profiles import BadLine, LineOptions, ReadProfile, read_profiles
from service.events.event import READ_TYPE
from service.journal.records import Disposition, Entry


@dataclass(frozen=True, slots=True)
class BatchOptions(LineOptions):
    """How lines are judged and grouped."""

    max_lines: int = 1000
    max_bytes: int = 512 * 1024
    """Of bodies, though at least one: half of the smallest limit a journal can have."""


@dataclass(slots=True)
class Batch:
    """entries: to append together, bad ones included. position: bytes of the export read so far."""

    entries: list[Entry] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    size: int = 0
    position: int = 0


def batches(
    export: ExportFile, options: BatchOptions, *, now_us: Callable[[], int]
) -> Iterator[Batch]:
    """The whole export. Raises ExportDamaged after the last batch that could be read."""
    damage = None
    batch = Batch()
    lines = read_profiles(export, options, now_us=now_us)
    while True:
        try:
            line = next(lines, None)
        except ExportDamaged as error:
            line, damage = None, error
        if line is None:
            break
        _add(batch, line)
        if len(batch.entries) >= options.max_lines or batch.size >= options.max_bytes:
            batch.position = export.consumed
            yield batch
            batch = Batch()
    if batch.entries or batch.bad:
        batch.position = export.consumed
        yield batch
    if damage is not None:
        raise damage


def _add(batch: Batch, line: ReadProfile | BadLine) -> None:
    if isinstance(line, BadLine):
        batch.bad.append(line)
    if line.body is not None:
        batch.entries.append(read_entry(line.body))
        batch.size += len(line.body)


def read_entry(body: bytes) -> Entry:
    """What an export says, on its way into the journal.

    Who imports again may have lost the index meanwhile; versions make the repetition harmless.
    """
    return Entry(body, READ_TYPE, Disposition.STORE, repeatable=True)
