"""A JSON reader for the texts that orjson refuses or would round: exact, linear, of any depth.

It is lenient only where an authentic sender can exceed orjson: lone surrogates in strings, numbers
of any size, NaN and infinities, any depth. Whatever else is not JSON is NotJson. The standard
library's scanner does the work. What is too deep for it, or is not JSON, is read token by token,
ten times slower: without recursion, so that twenty thousand nested objects cost time and not the
process, and with the place of what is wrong.
"""

import json
from math import isinf
from typing import Final

from service.events import json_tokens
from service.events.json_value import (
    MAX_DEPTH,
    MAX_NUMBER_DIGITS,
    JsonValue,
    Literal,
    is_too_deep,
)

_NAMES: Final[dict[bytes, bool | None]] = {b"true": True, b"false": False, b"null": None}


def read(body: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8. Raises NotJson."""
    try:
        value: JsonValue = _SCANNER.decode(body.decode())
    except (ValueError, RecursionError):
        return _read_by_token(body)
    return _read_by_token(body) if is_too_deep(value) else value


def _read_by_token(body: bytes) -> JsonValue:
    root: list[JsonValue] = []
    container: list[JsonValue] | dict[str, JsonValue] = root
    parents: list[list[JsonValue] | dict[str, JsonValue]] = []
    key = ""
    tokens = json_tokens.tokens(body)
    for kind, start, end in tokens:
        if kind == json_tokens.KEY:
            key = _string(body[start:end])
            continue
        if kind == json_tokens.CLOSE:
            container = parents.pop()
            continue
        value: JsonValue
        opened: list[JsonValue] | dict[str, JsonValue] | None = None
        if kind < json_tokens.LIST:
            value = _scalar(kind, body[start:end])
        elif len(parents) == MAX_DEPTH:
            value = Literal(body[start : json_tokens.end_of_subtree(tokens)].decode())
        else:
            value = opened = [] if kind == json_tokens.LIST else {}
        if isinstance(container, dict):
            container[key] = value
        else:
            container.append(value)
        if opened is not None:
            parents.append(container)
            container = opened
    return root[0]


def split(body: bytes) -> list[bytes] | None:
    """The elements of a JSON array as received; None when it is JSON but no array.

    Raises NotJson.
    """
    tokens = json_tokens.tokens(body)
    is_array = next(tokens)[0] == json_tokens.LIST
    elements = []
    for kind, start, end in tokens:
        if is_array and kind != json_tokens.CLOSE:
            is_scalar = kind < json_tokens.LIST
            elements.append(body[start : end if is_scalar else json_tokens.end_of_subtree(tokens)])
    return elements if is_array else None


def _scalar(kind: int, text: bytes) -> JsonValue:
    if kind == json_tokens.STRING:
        return _string(text)
    if kind == json_tokens.INTEGER:
        return _integer(text.decode())
    if kind == json_tokens.REAL:
        return _real(text.decode())
    return _NAMES[text] if kind == json_tokens.NAME else Literal(text.decode())


def _string(text: bytes) -> str:
    # The standard library joins surrogate pairs and keeps lone ones; one string can't recurse.
    return str(json.loads(text.decode())) if b"\\" in text else text[1:-1].decode()


def _integer(text: str) -> int | Literal:
    if len(text) <= 20:
        value = int(text)
        if -(2**63) <= value < 2**64:
            return value
    return Literal(text)


def _real(text: str) -> float | Literal:
    if len(text) > MAX_NUMBER_DIGITS and sum(map(str.isdigit, text)) > MAX_NUMBER_DIGITS:
        return Literal(text)
    value = float(text)
    return Literal(text) if isinf(value) else value


_SCANNER: Final = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=Literal)
