"""Compares what the story leaves behind with what is really there; pure.

It knows nothing of how documents are made: it holds them against the events as they were sent.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.demo.events import UserEvent, milliseconds_text
from service.journal.records import Accounting, Outcome

# Made of the profile for searches: their contents are the documents' own business.
_DERIVED: Final = frozenset({"attributes", "attributes_truncated", "indexed_at"})
_TIMES: Final = frozenset({"time", "deleted_at"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index at one moment, documents by user id.

    found: what a search by a reader finds. hidden: tombstones.
    """

    found: Mapping[str, Mapping[str, Any]]
    hidden: Mapping[str, Mapping[str, Any]]


def index_differences(expected: Iterable[UserEvent], index: Snapshot) -> list[str]:
    """Where the index is not as these events, one a user, leave it; a line each."""
    differences: list[str] = []
    known = set()
    for event in expected:
        known.add(event.user_id)
        right, wrong = index.found, index.hidden
        if event.deleted:
            right, wrong = wrong, right
        name = event.person.name
        if event.user_id in wrong:
            differences.append(
                f"{name}: is found, but was deleted"
                if event.deleted
                else f"{name}: has a tombstone"
            )
        if event.user_id in right:
            pairs = _compared(_document(event), right[event.user_id], "")
            differences += [f"{name}: {difference}" for difference in pairs]
        elif event.user_id not in wrong:
            differences.append(f"{name}: {'has no tombstone' if event.deleted else 'is missing'}")
    strangers = {*index.found, *index.hidden} - known
    differences += [f"{user_id}: nobody of the story" for user_id in sorted(strangers)]
    return differences


def _document(event: UserEvent) -> dict[str, Any]:
    """What must be stored of an event, apart from what is derived."""
    message = event.message
    provenance = {
        "id": message.id,
        "type": message.kind,
        "time": milliseconds_text(message.at_us),
        "stream": message.envelope()["a0stream"],
        "tenant": message.tenant,
    }
    if event.deleted:
        deleted_at = message.content["deleted_at"]
        return {"user_id": event.user_id, "deleted_at": deleted_at, "event": provenance}
    identities = [
        {**identity, "user_id": str(identity["user_id"])}
        for identity in message.content["identities"]
    ]
    return {**message.content, "identities": identities, "event": provenance}


def _compared(expected: Mapping[str, Any], found: Mapping[str, Any], path: str) -> list[str]:
    differences = []
    for key in sorted({*expected, *found} - (_DERIVED if not path else set())):
        wanted, there, place = expected.get(key), found.get(key), f"{path}{key}"
        if key == "event" and isinstance(there, Mapping):
            differences += _compared(wanted or {}, there, "event.")
        elif not _same(key, wanted, there):
            differences.append(f"{place} is {_shown(there)}, should be {_shown(wanted)}")
    return differences


def _same(key: str, wanted: Any, there: Any) -> bool:
    if key in _TIMES and isinstance(wanted, str) and isinstance(there, str):
        with suppress(ValueError):
            return datetime.fromisoformat(wanted) == datetime.fromisoformat(there)
    return bool(wanted == there)


def _shown(value: Any) -> str:
    return "missing" if value is None else repr(value)


def growth(before: Accounting, after: Accounting) -> dict[str, int]:
    """By how much each part of the accounting has grown, in its order; the others are left out."""
    was = before.whereabouts
    return {
        name: count - was[name] for name, count in after.whereabouts.items() if count != was[name]
    }


def count_differences(expected: Mapping[str, int], grown: Mapping[str, int]) -> list[str]:
    """Where a step was counted in another way than it should be.

    `settled` is the sum of all that an event can become whose way to the index depends on a race.
    """
    found = dict(grown)
    if "settled" in expected:
        found["settled"] = sum(found.pop(outcome, 0) for outcome in Outcome)
    return [
        f"accounting: {found.get(name, 0):,} {name}, should be {expected.get(name, 0):,}"
        for name in {**found, **expected}
        if found.get(name, 0) != expected.get(name, 0)
    ]


def balance_differences(figures: Accounting, posted: int) -> list[str]:
    """Where the accounting as a whole isn't what it must be after this many events."""
    differences = []
    if figures.received_total != posted:
        differences.append(f"accounting: {figures.received_total:,} received, should be {posted:,}")
    if figures.journal:
        differences.append(f"accounting: {figures.journal:,} still in the journal")
    if not figures.balanced:
        differences.append("accounting: it does not balance")
    return differences
