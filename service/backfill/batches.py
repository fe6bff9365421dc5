"""Lines of an export to entries of the journal, in batches.

A line that can't become a user is wrapped and goes on all the same: the indexer makes it a dead
letter, with the very line in it. Its number can only be told here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.backfill.export_file import ExportFile
from service.backfill.profiles import BadLine, LineOptions, grouped, read_profiles
from service.events.event_type import READ_TYPE
from service.journal.records import Disposition, Entry

LINES = 1000
"""Of one batch at most."""

_MOST_BYTES = 512 * 1024
"""Of bodies, though at least one: half of the smallest limit a journal can have."""


@dataclass(slots=True)
class Batch:
    """entries: to append together, bad ones included. position: bytes of the export read so far."""

    entries: list[Entry]
    bad: list[BadLine]
    position: int


def batches(
    export: ExportFile,
    options: LineOptions,
    *,
    now_us: Callable[[], int],
    max_lines: int = LINES,
    max_bytes: int = _MOST_BYTES,
) -> Iterator[Batch]:
    """The whole export. Raises ExportDamaged after the last batch that could be read."""
    lines = read_profiles(export, options, now_us=now_us)
    for group in grouped(lines, max_lines=max_lines, max_bytes=max_bytes):
        yield Batch(
            [export_entry(line.body) for line in group if line.body is not None],
            [line for line in group if isinstance(line, BadLine)],
            export.consumed,
        )


def export_entry(body: bytes, event_type: str = READ_TYPE) -> Entry:
    """What an export says, on its way into the journal.

    Who imports again may have lost the index meanwhile; versions make the repetition harmless.
    """
    return Entry(body, event_type, Disposition.STORE, repeatable=True)
