"""The checker: silent when all is right, and about each single thing that isn't."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from service.demo import people
from service.demo.checking import (
    Snapshot,
    balance_differences,
    count_differences,
    growth,
    index_differences,
)
from service.demo.chronicle import Chronicle
from service.demo.events import UserEvent
from service.documents.document import DeletionMode, to_document
from service.documents.exclusion import Exclusions
from service.events.event import parse_event
from service.journal.records import Accounting

START_US = 1_795_000_000_000_000
Documents = dict[str, dict[str, Any]]

_chronicle = Chronicle(START_US)
_ann = _chronicle.created(people.ANN_SMITH, 0)
_john = _chronicle.created(people.JOHN_SMITH, 1)  # his identity has an integer for an id
_chronicle.created(people.BOB_SMITH, 2)
_bob = _chronicle.deleted(people.BOB_SMITH, 3, "goes")
EVENTS = [_ann, _john, _bob]


def documents(events: list[UserEvent]) -> Documents:
    """By user id, as the service stores them."""
    made = {}
    for event in events:
        body = orjson.dumps(event.message.envelope())
        parsed = parse_event(body, now_us=START_US, future_tolerance_us=3_600_000_000)
        document = to_document(
            parsed,
            indexed_at_us=START_US,
            exclusions=Exclusions(),
            deletion_mode=DeletionMode.TOMBSTONE,
        )
        assert document.source is not None
        made[document.id] = orjson.loads(document.source)
    return made


def snapshot(change: Callable[[Documents, Documents], object] = lambda *_: None) -> Snapshot:
    """As it is after EVENTS, then changed: found, hidden."""
    found, hidden = documents([_ann, _john]), documents([_bob])
    change(found, hidden)
    return Snapshot(found, hidden)


def test_nothing_is_said_when_all_is_right() -> None:
    assert index_differences(EVENTS, snapshot()) == []


ANN, JOHN, BOB = _ann.user_id, _john.user_id, _bob.user_id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda found, _: found.pop(ANN), "Ann Smith: is missing"),
        (lambda _, hidden: hidden.pop(BOB), "Bob Smith: has no tombstone"),
        (
            lambda found, hidden: found.update({BOB: hidden.pop(BOB)}),
            "Bob Smith: is found, but was deleted",
        ),
        (lambda found, hidden: hidden.update({ANN: found[ANN]}), "Ann Smith: has a tombstone"),
        (lambda found, _: found.update({"auth0|x": {}}), "auth0|x: nobody of the story"),
        (
            lambda found, _: found[ANN].update(name="Anne"),
            "Ann Smith: name is 'Anne', should be 'Ann Smith'",
        ),
        (lambda found, _: found[ANN].pop("email"), "Ann Smith: email is missing, should be"),
        (
            lambda found, _: found[ANN].update(misfit_fields=["name"]),
            "Ann Smith: misfit_fields is ['name'], should be missing",
        ),
        (
            lambda found, _: found[ANN]["event"].update(id="evt_other"),
            "Ann Smith: event.id is 'evt_other', should be",
        ),
        (
            lambda found, _: found[ANN]["event"].update(time="2026-01-01T00:00:00Z"),
            "Ann Smith: event.time is",
        ),
        (lambda found, _: found[ANN]["event"].update(time="soon"), "Ann Smith: event.time is"),
        (lambda found, _: found[ANN].pop("event"), "Ann Smith: event is missing"),
        (
            lambda _, hidden: hidden[BOB].update(email="bob@example.com"),
            "Bob Smith: email is 'bob@example.com', should be missing",
        ),
        (
            lambda found, _: found[JOHN]["identities"][0].update(user_id=1),
            "John Smith: identities is",
        ),
    ],
)
def test_each_difference_is_told(
    change: Callable[[Documents, Documents], object], told: str
) -> None:
    differences = index_differences(EVENTS, snapshot(change))
    assert any(told in difference for difference in differences), differences


def test_an_older_state_is_a_difference() -> None:
    later = _chronicle.updated(people.ANN_SMITH, 9, "changes", nickname="annie")
    assert any("nickname" in d for d in index_differences([later, _john, _bob], snapshot()))


NOTHING = Accounting({}, *([0] * 11))


def test_growth_is_what_each_outcome_has_gained() -> None:
    before = replace(NOTHING, received={"user.created": 3}, applied=2, stale=1)
    after = replace(before, received={"user.created": 5}, applied=4, dead_letters=1)
    assert growth(before, after) == {"applied": 2, "dead_letters": 1}


def test_counts_must_be_exact_unless_a_race_decides() -> None:
    assert count_differences({"applied": 1, "stale": 1}, {"applied": 1, "stale": 1}) == []
    assert count_differences({"applied": 1}, {"applied": 1, "stale": 1}) == [
        "accounting: 1 stale, should be 0"
    ]
    assert count_differences({"settled": 4}, {"applied": 1, "superseded": 3}) == []
    assert count_differences({"settled": 4}, {"applied": 3, "dead_letters": 1}) == [
        "accounting: 1 dead_letters, should be 0",
        "accounting: 3 settled, should be 4",
    ]


def test_the_whole_must_balance() -> None:
    good = replace(NOTHING, received={"user.created": 3}, applied=2, stale=1)
    assert balance_differences(good, 3) == []
    assert balance_differences(good, 4) == ["accounting: 3 received, should be 4"]
    assert balance_differences(replace(good, applied=1, journal=1), 3) == [
        "accounting: 1 still in the journal"
    ]
    assert balance_differences(replace(good, applied=1), 3) == ["accounting: it does not balance"]
