"""A JSON reader for the texts that orjson refuses or would round: exact, iterative, linear.

It never recurses, so that twenty thousand nested objects cost time and not the process, and it is
lenient only where an authentic sender can exceed orjson: lone surrogates in strings, numbers of any
size, NaN and infinities, any depth. Whatever else is not JSON is NotJson.
"""

import json
from math import isinf
from typing import Final

from service.events import json_tokens
from service.events.json_value import MAX_DEPTH, MAX_NUMBER_DIGITS, JsonValue, Literal

_NAMES: Final[dict[bytes, bool | None]] = {b"true": True, b"false": False, b"null": None}


def read(body: bytes) -> JsonValue:
    """The value of a JSON text in UTF-8. Raises NotJson."""
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
        return _integer(text)
    if kind == json_tokens.REAL:
        return _real(text)
    return _NAMES[text] if kind == json_tokens.NAME else Literal(text.decode())


def _string(text: bytes) -> str:
    # The standard library joins surrogate pairs and keeps lone ones; one string can't recurse.
    return str(json.loads(text.decode())) if b"\\" in text else text[1:-1].decode()


def _integer(text: bytes) -> int | Literal:
    if len(text) <= 20:
        value = int(text)
        if -(2**63) <= value < 2**64:
            return value
    return Literal(text.decode())


def _real(text: bytes) -> float | Literal:
    if len(text) > MAX_NUMBER_DIGITS and sum(map(str.isdigit, text.decode())) > MAX_NUMBER_DIGITS:
        return Literal(text.decode())
    value = float(text)
    return Literal(text.decode()) if isinf(value) else value
