"""The tokens of a JSON text, its whole grammar checked on the way, without recursion.

Every step is one match of a possessive pattern: linear time whatever the text holds.
"""

import re
from collections.abc import Iterator
from typing import Final, NoReturn

from service.events.json_value import NotJson

_SPACE: Final = rb"[ \t\n\r]*+"
_CHARACTERS: Final = rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
_STRING: Final = rb'"' + _CHARACTERS + rb'"'
_INTEGER: Final = rb"-?(?:0|[1-9][0-9]*+)"
_EXPONENT: Final = rb"[eE][+-]?[0-9]++"
_REAL: Final = _INTEGER + rb"(?:\.[0-9]++(?:" + _EXPONENT + rb")?+|" + _EXPONENT + rb")"

# The kinds of tokens; those of values number the groups of the pattern, so that only a list or an
# object is LIST or above. NOT_A_NUMBER is lenient: no JSON, but some languages write it.
CLOSE, KEY, STRING, REAL, INTEGER, NAME, NOT_A_NUMBER, LIST, OBJECT = range(-1, 8)
_VALUES: Final = (_STRING, _REAL, _INTEGER, rb"true|false|null", rb"NaN|-?Infinity", rb"\[", rb"\{")

_VALUE_PATTERN: Final = re.compile(rb"(?:(" + rb")|(".join(_VALUES) + rb"))" + _SPACE)
_KEY_PATTERN: Final = re.compile(rb"(" + _STRING + rb")" + _SPACE + rb":" + _SPACE)
_SPACE_PATTERN: Final = re.compile(_SPACE)
_STRING_START: Final = re.compile(rb'"' + _CHARACTERS)

_LIST_END, _OBJECT_END, _COMMA, _SPACE_BYTE = b"]}, "

Token = tuple[int, int, int]
"""Kind, first byte, byte after the last."""


def tokens(body: bytes) -> Iterator[Token]:  # noqa: C901, PLR0912  a call a token doubles the time
    """The values, keys, openings and closings of a JSON text in UTF-8, in order.

    Spaces, commas and colons are left out. Raises NotJson when it comes to the fault.
    """
    _check_that_text(body)
    text = body + b"\0"  # never part of JSON, so that there is always a byte to look at
    match_value, match_key = _VALUE_PATTERN.match, _KEY_PATTERN.match
    closers = bytearray()
    position = _after_space(text, 0)
    while True:
        match = match_value(text, position)
        if match is None:
            _refuse(body, position, "a value")
        kind = match.lastindex or 0
        start, end = match.span(kind)
        yield kind, start, end
        position = match.end()
        just_opened = kind >= LIST
        if just_opened:
            closers.append(_LIST_END if kind == LIST else _OBJECT_END)
        while closers:
            byte = text[position]
            if byte == closers[-1]:
                yield CLOSE, position, position + 1
                closers.pop()
                just_opened = False
            elif just_opened:
                break
            elif byte != _COMMA:
                _refuse(body, position, f"',' or '{chr(closers[-1])}'")
            position += 1
            if text[position] <= _SPACE_BYTE:
                position = _after_space(text, position)
            if byte == _COMMA:
                break
        if not closers:
            break
        if closers[-1] == _OBJECT_END:
            match = match_key(text, position)
            if match is None:
                _refuse(body, position, "a member's name and ':'")
            start, end = match.span(1)
            yield KEY, start, end
            position = match.end()
    if position < len(body):
        raise NotJson(f"more text after the JSON value, at byte {position}")


def end_of_subtree(following: Iterator[Token]) -> int:
    """Consumes the tokens of a list or object just opened; the position after it."""
    depth = 1
    end = 0
    while depth:
        kind, _, end = next(following)
        if kind >= LIST:
            depth += 1
        elif kind == CLOSE:
            depth -= 1
    return end


def _check_that_text(body: bytes) -> None:
    if not body.strip(b" \t\n\r"):
        raise NotJson("empty: there is no JSON value")
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from None


def _after_space(text: bytes, position: int) -> int:
    match = _SPACE_PATTERN.match(text, position)
    return match.end() if match else position


def _refuse(body: bytes, position: int, expected: str) -> NoReturn:
    """Raises NotJson with the reason why what stands at the position isn't what was expected."""
    string = _STRING_START.match(body, position)
    if string and string.end() == len(body):
        raise NotJson(f"the string that starts at byte {position} is not terminated")
    if string and body[string.end()] == ord("\\"):
        raise NotJson(f"invalid escape in a string, at byte {string.end()}")
    if string and body[string.end()] != ord('"'):
        raise NotJson(f"control character in a string, at byte {string.end()}")
    if position == len(body):
        raise NotJson(f"the text ends at byte {position}, where {expected} is missing")
    raise NotJson(f"{expected} is expected at byte {position}")
