"""What a JSON text becomes in Python, without losing anything that was sent.

Ordinary values become ordinary Python values. What neither Python nor OpenSearch can hold exactly
stays text, as a `Literal`, so that nothing is silently rounded, cut or refused.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

MAX_DEPTH: Final = 250
"""Levels of lists and objects that become Python values; what is nested deeper is a Literal.

Under orjson's limit for writing (254), above what a document keeps as JSON (200)."""

MAX_NUMBER_DIGITS: Final = 100
"""Digits of a number that becomes a Python float; OpenSearch refuses numbers over 1,000."""


class NotJson(ValueError):
    """The text is not JSON; `detail` says what is wrong and at which byte."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON value kept as the text that was received.

    One of: an integer beyond 64 bits, a number of more than 100 digits or too large for a float,
    NaN or an infinity (not JSON, yet some senders write them), a subtree nested too deep.
    """

    text: str


JsonValue: TypeAlias = (
    "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | Literal | None"
)

_CONTAINERS: Final = (dict, list)


def is_too_deep(value: JsonValue) -> bool:
    """Whether a value is nested deeper than MAX_DEPTH, found level by level."""
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        below: list[JsonValue] = []
        for container in level:
            if isinstance(container, dict):
                below += [
                    member for member in container.values() if isinstance(member, _CONTAINERS)
                ]
            elif isinstance(container, list):
                below += [element for element in container if isinstance(element, _CONTAINERS)]
        if not below:
            return False
        level = below
    return True
