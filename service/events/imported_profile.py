"""Lines of a users export in the journal's only format.

The line stays in the event byte for byte, bad ones too, so that a dead letter shows what was read.
"""

import hashlib
import json
from typing import Final

from service.events.event_type import READ_TYPE
from service.events.json_text import NotJson, dump, parse
from service.events.json_value import JsonValue

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def wrap_profile(line: bytes, *, tenant: str | None = None) -> bytes:
    """A line of a users export as a CloudEvent of READ_TYPE; never raises.

    Same line, same bytes: imported again it is a duplicate. The profile is `data.object`, verbatim
    but for the space around it; a line that is not JSON is the string `data.line`, its bytes that
    are no UTF-8 escaped as the lone surrogates U+DC80 to U+DCFF. There is no `time`: the event's is
    the profile's `updated_at`.
    """
    line = line.removeprefix(_BYTE_ORDER_MARK).strip(b" \t\r\n")
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
            b'",' if tenant is None else b'","a0tenant":' + dump(tenant) + b",",
            b'"data":' + data + b"}",
        )
    )


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
