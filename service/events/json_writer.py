"""A JSON writer for the values that orjson refuses: lone surrogates, any depth, any integer."""

import json

import orjson

from service.events.json_value import JsonValue, Literal


def write(value: JsonValue) -> bytes:
    """Compact JSON text; iterative, so that no depth can exhaust the stack."""
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
    """The text of a container of scalars that orjson takes: a million numbers in one step."""
    members = container.values() if isinstance(container, dict) else container
    if any(isinstance(member, dict | list | Literal) for member in members):
        return None
    try:
        return _compact(orjson.dumps(container))
    except orjson.JSONEncodeError:
        return None


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
        # A lone surrogate has no UTF-8; its escape is valid JSON.
        return json.dumps(text).encode()


def _compact(written: bytes) -> bytes:
    """A copy: what orjson writes keeps kilobytes of room behind it, and a million pieces wait."""
    return bytes(memoryview(written))
