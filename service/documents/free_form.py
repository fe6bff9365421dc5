"""Free-form JSON: stored as it is while every reader of OpenSearch can take it, else as its text.

Under an `"enabled": false` object OpenSearch still parses what it stores: nesting, names and
numbers beyond its limits get the document rejected, and a number no double holds is read back as
"Infinity" by whoever asks for part of a document. Ours are tighter than its own on purpose.
"""

import re
from collections.abc import Iterable
from typing import Final

from service.events.json_text import dump, parse
from service.events.json_value import JsonValue, Literal, NotJson

MAX_LEVELS: Final = 200
"""Objects and arrays within one another, the value itself counted; OpenSearch takes 1,000."""

MAX_KEY_CHARS: Final = 1_000
"""Characters of a key; OpenSearch takes 50,000."""

MAX_TEXT_CHARS: Final = 50_000_000
"""Characters of one string; a longer one is accepted, then fails every search that meets it."""

CONTAINERS: Final = (dict, list)

# An integer survives at any size; OpenSearch takes numbers of 1,000 digits.
_EXACT_NUMBER: Final = re.compile(r"-?[0-9]{1,100}")


def is_encodable(text: str) -> bool:
    """Whether UTF-8 can hold the string: not with a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_fits(key: str) -> bool:
    """Whether a key can be stored as it is."""
    return len(key) <= MAX_KEY_CHARS and (key.isascii() or is_encodable(key))


def number_fits(literal: Literal) -> bool:
    """Whether a value that is only known as text can be stored as it is: a big integer."""
    return _EXACT_NUMBER.fullmatch(literal.text) is not None


def scalar_fits(value: JsonValue) -> bool:
    """Whether a value that is no object and no array can be stored as it is."""
    if isinstance(value, str):
        return value.isascii() or is_encodable(value)
    return not isinstance(value, Literal) or number_fits(value)


def within_limits(value: JsonValue, level: int = 1) -> bool:
    """Whether a value can be stored as it is. level: how deep it stands, 1 at the root."""
    if not isinstance(value, CONTAINERS):
        return scalar_fits(value)
    stack = [(value, level)]
    while stack:
        container, level = stack.pop()
        if level > MAX_LEVELS:
            return False
        elements: Iterable[JsonValue] = container
        if isinstance(container, dict):
            if not all(map(key_fits, container)):
                return False
            elements = container.values()
        for element in elements:
            if isinstance(element, CONTAINERS):
                stack.append((element, level + 1))
            elif not scalar_fits(element):
                return False
    return True


def as_text(value: JsonValue) -> dict[str, JsonValue]:
    """`{"json": "<JSON text>"}`, which every limit spares; `{}` when even the text is too long."""
    text = dump(value).decode()
    return {"json": text} if len(text) <= MAX_TEXT_CHARS else {}


def from_text(value: JsonValue) -> JsonValue:
    """What as_text made a text of; anything else as it is."""
    text = value["json"] if isinstance(value, dict) and value.keys() == {"json"} else None
    try:
        return parse(text.encode()) if isinstance(text, str) else value
    except NotJson:
        return value
