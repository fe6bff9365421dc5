"""A JSON writer for the values that orjson refuses: lone surrogates, any depth, any integer.

The standard library's encoder takes all of a value but a Literal and what is deeper than it goes.
"""

import json
from typing import Final

import orjson

from service.events.json_value import JsonValue, Literal

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def write(value: JsonValue) -> bytes:
    """Compact JSON text; no depth can exhaust the stack."""
    try:
        return _encode(value)
    except (TypeError, RecursionError):
        return _write_by_item(value)


def _encode(value: JsonValue) -> bytes:
    # A lone surrogate has no UTF-8; its escape is valid JSON.
    return _ENCODER.encode(value).encode(errors="backslashreplace")


def _write_by_item(value: JsonValue) -> bytes:
    text: list[bytes] = []
    # What is still to be written, the next last; bytes are text already.
    pending: list[JsonValue | bytes] = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, bytes):
            text.append(item)
        elif isinstance(item, dict | list) and (whole := _flat(item)) is not None:
            text.append(whole)
        elif isinstance(item, dict):
            text.append(b"{")
            pending.append(b"}")
            for index, (key, member) in reversed(list(enumerate(item.items()))):
                pending += (member, (b"," if index else b"") + _string(key) + b":")
        elif isinstance(item, list):
            text.append(b"[")
            pending.append(b"]")
            for index in range(len(item) - 1, -1, -1):
                pending.append(item[index])
                if index:
                    pending.append(b",")
        else:
            text.append(_scalar(item))
    return b"".join(text)


def _flat(container: dict[str, JsonValue] | list[JsonValue]) -> bytes | None:
    """The text of a container of scalars without a Literal: a million numbers in one step."""
    members = container.values() if isinstance(container, dict) else container
    if any(isinstance(member, dict | list | Literal) for member in members):
        return None
    try:
        return _compact(orjson.dumps(container))
    except orjson.JSONEncodeError:
        return _encode(container)


def _scalar(value: str | float | Literal | None) -> bytes:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Literal):
        return value.text.encode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return b"%d" % value
    return _compact(orjson.dumps(value))


def _string(text: str) -> bytes:
    try:
        return _compact(orjson.dumps(text))
    except orjson.JSONEncodeError:
        return _encode(text)


def _compact(written: bytes) -> bytes:
    """A copy: what orjson writes keeps kilobytes of room behind it, and a million pieces wait."""
    return bytes(memoryview(written))
