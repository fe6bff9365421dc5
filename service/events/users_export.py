"""What a users export tells, in the journal's only format.

A line stays in its event byte for byte, bad ones too, so that a dead letter shows what was read.
"""

import hashlib
import json
from codecs import BOM_UTF8
from typing import Final

from service.events.event_type import DELETED_TYPE, READ_TYPE
from service.events.json_text import dump, parse
from service.events.json_value import JsonValue, NotJson
from service.events.timestamp import format_us

_ABSENT: Final = "absent:"


def wrap_profile(line: bytes, *, read_at_us: int | None = None) -> bytes:
    """A line of a users export as a CloudEvent of READ_TYPE; never raises.

    Same line, same bytes: imported again it is a duplicate. The profile is `data.object`, verbatim
    but for the space around it; a line that is not JSON is the string `data.line`, its bytes that
    are no UTF-8 escaped as the lone surrogates U+DC80 to U+DCFF.

    read_at_us: when the profile was read, µs since the epoch: it outranks what happened before.
    Without, the event's time is the profile's `updated_at`, and what happened since outranks it.
    """
    line = line.removeprefix(BOM_UTF8).strip(b" \t\r\n")
    try:
        parse(line)
        data = b'{"object":' + line + b"}"
    except NotJson:
        text = line.decode(errors="surrogateescape")
        data = b'{"line":' + json.dumps(text).encode() + b"}"
    return b"".join(
        (
            b'{"specversion":"1.0","id":"read:',
            hashlib.sha256(line).hexdigest().encode(),
            b'","source":"users-export","type":"' + READ_TYPE.encode(),
            b'",',
            b"" if read_at_us is None else b'"time":' + dump(format_us(read_at_us)) + b",",
            b'"data":' + data + b"}",
        )
    )


def absent_user(user_id: str, *, read_at_us: int) -> bytes:
    """A `user.deleted` for a user that an export lacks, as a CloudEvent.

    read_at_us: when the export was read: whatever happened to the user since outranks it.
    """
    read_at = format_us(read_at_us)
    digest = hashlib.sha256(f"{read_at} {user_id}".encode()).hexdigest()
    return dump(
        {
            "specversion": "1.0",
            "id": f"{_ABSENT}{digest}",
            "source": "users-export",
            "type": DELETED_TYPE,
            "time": read_at,
            "data": {"object": {"user_id": user_id, "deleted_at": read_at}},
        }
    )


def is_from_export(event_type: JsonValue, event_id: JsonValue) -> bool:
    """Whether an event was made by wrap_profile or absent_user, by its type and id."""
    return event_type == READ_TYPE or (isinstance(event_id, str) and event_id.startswith(_ABSENT))


def bad_line_reason(data: dict[str, JsonValue]) -> str | None:
    """Why the line that `wrap_profile` kept as text is not JSON; None when it kept none."""
    text = data.get("line")
    if not isinstance(text, str):
        return None
    try:
        parse(text.encode(errors="surrogateescape"))
    except NotJson as error:
        return error.detail
    except UnicodeEncodeError:
        return "it holds a lone surrogate"
    return None
