"""Lines of an export as what they say of a user, or why they say nothing; judged on the way."""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from service.backfill.ahead import ahead
from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.lines import Line, split_lines
from service.events.event import Event, parse_event
from service.events.poison import PoisonCode, PoisonEvent
from service.events.users_export import wrap_profile

_SPACE = b" \t\r\n\xef\xbb\xbf"

_AT_ONCE: Final = 500
_BYTES_AT_ONCE: Final = 512 * 1024
_BATCHES_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How lines are judged.

    future_tolerance_us: how far ahead of our clock a user's updated_at may be. longest_line: bytes;
    a longer one is reported and left out, as a request of that size would be. largest_body: bytes
    that a journal can hold at all; what becomes larger is left out as well. read_at_us: see
    wrap_profile.
    """

    future_tolerance_us: int
    longest_line: int
    largest_body: int
    read_at_us: int | None = None


class ReadProfile(NamedTuple):
    """number: the line's, from 1. body: for the journal. event: what the body is parsed to."""

    number: int
    body: bytes
    event: Event


@dataclass(frozen=True, slots=True)
class BadLine:
    """number: in the export. code, detail: why, without personal data. body: None: left out."""

    number: int
    code: str
    detail: str
    body: bytes | None


def read_profiles(
    export: ExportFile, options: LineOptions, *, now_us: Callable[[], int]
) -> Iterator[ReadProfile | BadLine]:
    """Every line but blank ones. Raises ExportDamaged after the last line that could be read."""
    for line in split_lines(export.chunks(), longest=options.longest_line):
        if line.content is None or line.content.strip(_SPACE):
            read = _read(line, options, now_us())
            if _is_cut(line, read):
                raise ExportDamaged(f"it ends in the middle of line {line.number}: it was cut off")
            yield read


def profiles_ahead(
    export: ExportFile, options: LineOptions, *, now_us: Callable[[], int]
) -> AsyncGenerator[list[ReadProfile | BadLine], None]:
    """The same, some hundred at a time, read in a thread: see ahead, for how to stop it as well."""
    groups = grouped(
        read_profiles(export, options, now_us=now_us),
        max_lines=_AT_ONCE,
        max_bytes=_BYTES_AT_ONCE,
    )
    return ahead(groups, depth=_BATCHES_AHEAD, never_stuck=export.size is not None)


def _is_cut(line: Line, read: ReadProfile | BadLine) -> bool:
    """Whether a user begins and doesn't end: those who would follow are missing too."""
    bad = isinstance(read, BadLine) and read.code == PoisonCode.LINE_NOT_JSON
    return bad and not line.ended and (line.content or b"").strip(_SPACE).startswith(b"{")


def grouped(
    lines: Iterator[ReadProfile | BadLine], *, max_lines: int, max_bytes: int
) -> Iterator[list[ReadProfile | BadLine]]:
    """Lines together, so many at most, or so many bytes of bodies, though at least one.

    Raises ExportDamaged after the last lines that could be read.
    """
    group: list[ReadProfile | BadLine] = []
    size = 0
    damage = None
    try:
        for line in lines:
            group.append(line)
            size += len(line.body or b"")
            if len(group) >= max_lines or size >= max_bytes:
                yield group
                group, size = [], 0
    except ExportDamaged as error:
        damage = error
    if group:
        yield group
    if damage is not None:
        raise damage


def _read(line: Line, options: LineOptions, now_us: int) -> ReadProfile | BadLine:
    if line.content is None:
        detail = f"the line is longer than {options.longest_line:,} bytes"
        return BadLine(line.number, "line_too_long", detail, None)
    body = wrap_profile(line.content, read_at_us=options.read_at_us)
    if len(body) > options.largest_body:
        detail = f"it would take {len(body):,} bytes, more than the journal may ever hold"
        return BadLine(line.number, "line_too_long", detail, None)
    try:
        event = parse_event(body, now_us=now_us, future_tolerance_us=options.future_tolerance_us)
    except PoisonEvent as poison:
        return BadLine(line.number, poison.code, poison.detail, body)
    return ReadProfile(line.number, body, event)
