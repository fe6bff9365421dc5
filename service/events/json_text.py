"""JSON text to values and back; whatever JSON an authentic sender wrote survives the round trip.

orjson does the work. Where it would refuse a text, round an integer or return a value too deep to
be written again, the exact reader takes over; where it can't write a value, the exact writer does.
"""

import orjson

from service.events import json_reader, json_writer
from service.events.json_value import MAX_DEPTH, JsonValue, is_too_deep

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _outline() -> bytes:
    """A translation that shows where long numbers start and how many containers open.

    Digits become 0, an opening bracket [, whatever else can stand before a number's digits a colon,
    but for the minus.
    """
    table = bytearray(range(256))
    for characters, outline in ((b"0123456789", b"0"), (b"[{", b"["), (b": \t\n\r,+.eE", b":")):
        for character in characters:
            table[character] = outline[0]
    return bytes(table)


_OUTLINE = _outline()
# orjson turns integers beyond 64 bits into floats without a word; they have 20 digits or more, or
# 19 behind a minus. The versions of documents have 19. To look for the digits alone would catch
# user ids such as google-oauth2|103547991597142817347.
_DIGITS = b"0" * 20
_LONG_NUMBER = b":" + _DIGITS
_LONG_NUMBER_FIRST_IN_LIST = b"[" + _DIGITS
_LONG_NEGATIVE_NUMBER = b"-" + b"0" * 19


def parse(body: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8, with or without a byte order mark.

    Integers are exact; of a duplicate key the last wins; strings may hold lone surrogates, which
    str.encode refuses and `dump` escapes. Nothing is nested deeper than MAX_DEPTH: deeper subtrees
    are Literals. Raises NotJson.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        value: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return json_reader.read(body)
    outline = body.translate(_OUTLINE)
    if (
        _LONG_NUMBER in outline
        or _LONG_NUMBER_FIRST_IN_LIST in outline
        or _LONG_NEGATIVE_NUMBER in outline
        or outline.startswith(_DIGITS)
        or (outline.count(b"[") > MAX_DEPTH and is_too_deep(value))
    ):
        return json_reader.read(body)
    return value


def parse_roughly(body: bytes) -> JsonValue:
    """As `parse`, but integers beyond 64 bits may be rounded, and depth has no limit.

    To look for those numbers costs as much as all the rest. Raises NotJson.
    """
    try:
        value: JsonValue = orjson.loads(body)
    except orjson.JSONDecodeError:
        return json_reader.read(body.removeprefix(_BYTE_ORDER_MARK))
    return value


def dump(value: JsonValue) -> bytes:
    """Compact JSON text in UTF-8.

    A Literal is written as it was received: one that holds NaN or an infinity makes a text that is
    no JSON, except to `parse`. A lone surrogate is written as its escape.
    """
    try:
        # A Literal is refused, for the exact writer: as an orjson.Fragment with more than 64
        # containers to close behind it, orjson would write beyond its buffer.
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    except orjson.JSONEncodeError:
        return json_writer.write(value)


def split_batch(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each as the bytes received.

    A text that is JSON but no array is its own only element. Raises NotJson when any part of the
    body is not JSON.
    """
    body = body.removeprefix(_BYTE_ORDER_MARK)
    elements = json_reader.split(body)
    return [body] if elements is None else elements
