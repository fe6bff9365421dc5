"""What the receiver needs to know about one element of a request, and no more.

Nothing is refused here: what is malformed is kept, and becomes a dead letter with its reason.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.events import auth0_attributes
from service.events.event_type import HANDLED_TYPES, OTHER_TYPE
from service.events.json_value import JsonValue


class Verdict(StrEnum):
    """What an element is."""

    HANDLED = "handled"
    """Of a type that is indexed."""
    UNKNOWN = "unknown"
    """Of any other type: acknowledged and counted as ignored."""
    TEST = "test"
    """Sent from Auth0's dashboard to test the stream: acknowledged, counted, never indexed."""
    MALFORMED = "malformed"
    """Not an object, or without a type that is a string."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`type_label` is a handled type or `other`; `tenant` is None when no string names one."""

    verdict: Verdict
    type_label: str
    tenant: str | None


_MALFORMED: Final = Judgement(Verdict.MALFORMED, OTHER_TYPE, None)


def judge(element: JsonValue) -> Judgement:
    """Judges one parsed element; never raises. Costs no look at the data."""
    if not isinstance(element, dict):
        return _MALFORMED
    event_type = element.get("type")
    if not isinstance(event_type, str):
        verdict, label = Verdict.MALFORMED, OTHER_TYPE
    elif event_type in HANDLED_TYPES:
        verdict, label = Verdict.HANDLED, event_type
    else:
        verdict, label = Verdict.UNKNOWN, OTHER_TYPE
    if auth0_attributes.is_test(element):
        verdict = Verdict.TEST
    # What is no event names no tenant: the journal would adopt it, and refuse the real one's.
    tenant = None if verdict is Verdict.MALFORMED else auth0_attributes.named_tenant(element)
    return Judgement(verdict, label, tenant)
