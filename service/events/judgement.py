"""What the receiver needs to know about one element of a request, and no more."""

from dataclasses import dataclass
from enum import StrEnum

from service.events.json_value import JsonValue


class Verdict(StrEnum):
    """What is to be done with an element."""

    HANDLED = "handled"
    UNKNOWN = "unknown"
    TEST = "test"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`type_label` is a handled type or `other`, so a metric's labels stay few."""

    verdict: Verdict
    type_label: str
    tenant: str | None


def judge(element: JsonValue) -> Judgement:
    """Judges one parsed element; never raises."""
    raise NotImplementedError
