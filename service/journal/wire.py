"""How the journal's operations look on the owner's socket; both ends are this same version.

Appended entries travel in frames, so that bodies stay as they are:
4 bytes length of the head, 4 bytes length of the body (big-endian), head (JSON), body.
"""

import base64
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from service.journal.errors import (
    JournalError,
    JournalFull,
    JournalUnavailable,
    OwnerIncompatible,
)
from service.journal.records import (
    Accounting,
    ComparisonResult,
    DeadLetter,
    DeadLetterSummary,
    Disposition,
    Entry,
    JournalStatus,
)

APPEND = "/append"
STATUS = "/status"
DEAD_LETTERS = "/dead-letters"
DEAD_LETTER = "/dead-letters/{seq}"
CODES = "/dead-letter-codes"
REPLAY = "/replay"
DROP = "/drop"
COMPARISON = "/comparison"
IMPORT = "/import"
MADE_ANEW = "/made-anew"

_FRAME = struct.Struct(">II")


def pack_entries(entries: Iterable[Entry]) -> bytes:
    """Entries as frames."""
    parts: list[bytes] = []
    for entry in entries:
        head = orjson.dumps(
            [_speakable(entry.type), entry.disposition, _tenant(entry), entry.repeatable]
        )
        parts += (_FRAME.pack(len(head), len(entry.body)), head, entry.body)
    return b"".join(parts)


def unpack_entries(data: bytes) -> list[Entry]:
    """Entries from frames. Raises ValueError when they are not whole."""
    return list(_frames(data))


def _frames(data: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(data):
        try:
            head_bytes, body_bytes = _FRAME.unpack_from(data, at)
        except struct.error as error:
            raise ValueError("a frame is cut off") from error
        head_at = at + _FRAME.size
        body_at = head_at + head_bytes
        at = body_at + body_bytes
        if at > len(data):
            raise ValueError("a frame is cut off")
        event_type, disposition, tenant, repeatable = orjson.loads(data[head_at:body_at])
        yield Entry(data[body_at:at], event_type, Disposition(disposition), tenant, repeatable)


def _speakable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _tenant(entry: Entry) -> str | None:
    return None if entry.tenant is None else _speakable(entry.tenant)


def pack_status(status: JournalStatus, owner: Mapping[str, Any] | None) -> bytes:
    """The journal's state, with what its owner adds."""
    return orjson.dumps({"journal": status, "owner": owner})


def unpack_status(data: bytes) -> tuple[JournalStatus, dict[str, Any] | None]:
    """What pack_status packed. Raises OwnerIncompatible when another version packed it.

    Asked before anything else, so that a `serve` not restarted since an update is told apart here.
    """
    try:
        packed = orjson.loads(data)
        state = packed["journal"]
        state["accounting"] = Accounting(**state["accounting"])
        if (compared := state["last_comparison"]) is not None:
            state["last_comparison"] = ComparisonResult(**compared)
        return JournalStatus(**state), packed["owner"]
    except (ValueError, KeyError, TypeError) as error:
        raise OwnerIncompatible(
            "the process that owns the journal, `user-sync serve` most likely, is of another "
            "version of this program: restart it, then run the command again"
        ) from error


def pack_summaries(summaries: Sequence[DeadLetterSummary]) -> bytes:
    """A page of dead letters."""
    return orjson.dumps(summaries)


def unpack_summaries(data: bytes) -> list[DeadLetterSummary]:
    """What pack_summaries packed."""
    return [DeadLetterSummary(**packed) for packed in orjson.loads(data)]


def pack_dead_letter(letter: DeadLetter | None) -> bytes:
    """One dead letter with its body; JSON null for none."""
    if letter is None:
        return b"null"
    return orjson.dumps(asdict(letter) | {"body": base64.b64encode(letter.body).decode()})


def unpack_dead_letter(data: bytes) -> DeadLetter | None:
    """What pack_dead_letter packed."""
    packed = orjson.loads(data)
    if packed is None:
        return None
    return DeadLetter(**{**packed, "body": base64.b64decode(packed["body"])})


def pack_error(error: JournalError) -> bytes:
    """An error that the other end is to raise."""
    return orjson.dumps({"full": isinstance(error, JournalFull), "message": str(error)})


def unpack_error(data: bytes) -> JournalError:
    """What pack_error packed, or that the owner failed otherwise."""
    try:
        packed = orjson.loads(data)
        kind = JournalFull if packed["full"] else JournalUnavailable
        return kind(packed["message"])
    except (ValueError, KeyError, TypeError):
        return JournalUnavailable("the journal's owner failed; its log says why")
