"""Lines of an export to entries of the journal, judged on the way, in batches.

A line that can't become a user is wrapped and goes on all the same: the indexer makes it a dead
letter, with the very line in it. It is judged here only so that its number can be told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.lines import Line, split_lines
from service.events.event import READ_TYPE, PoisonEvent, parse_event, wrap_profile
from service.journal.records import Disposition, Entry

_SPACE = b" \t\r\n\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How lines are judged and grouped.

    future_tolerance_us: how far ahead of our clock a user's updated_at may be. longest_line: bytes;
    a longer one is reported and left out, as a request of that size would be. largest_body: bytes
    that a journal can hold at all; what becomes larger is left out as well.
    """

    future_tolerance_us: int
    longest_line: int
    largest_body: int
    max_lines: int = 1000
    max_bytes: int = 512 * 1024
    """Of bodies, though at least one: half of the smallest limit a journal can have."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """number: in the export. code, detail: why, without personal data. body: None: left out."""

    number: int
    code: str
    detail: str
    body: bytes | None


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
    lines = split_lines(export.chunks(), longest=options.longest_line)
    while True:
        try:
            line = next(lines, None)
        except ExportDamaged as error:
            line, damage = None, error
        if line is None:
            break
        _add(batch, line, options, now_us())
        if len(batch.entries) >= options.max_lines or batch.size >= options.max_bytes:
            batch.position = export.consumed
            yield batch
            batch = Batch()
    if batch.entries or batch.bad:
        batch.position = export.consumed
        yield batch
    if damage is not None:
        raise damage


def _add(batch: Batch, line: Line, options: BatchOptions, now_us: int) -> None:
    if line.content is None:
        detail = f"the line is longer than {options.longest_line:,} bytes"
        batch.bad.append(BadLine(line.number, "line_too_long", detail, None))
        return
    if not line.content.strip(_SPACE):
        return
    body = wrap_profile(line.content)
    if len(body) > options.largest_body:
        detail = f"it would take {len(body):,} bytes, more than the journal may ever hold"
        batch.bad.append(BadLine(line.number, "line_too_long", detail, None))
        return
    try:
        parse_event(body, now_us=now_us, future_tolerance_us=options.future_tolerance_us)
    except PoisonEvent as poison:
        batch.bad.append(BadLine(line.number, poison.code, poison.detail, body))
    # Who imports again may have lost the index meanwhile; versions make the repetition harmless.
    batch.entries.append(Entry(body, READ_TYPE, Disposition.STORE, repeatable=True))
    batch.size += len(body)
