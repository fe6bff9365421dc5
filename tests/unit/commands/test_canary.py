"""The canary's events are ones that the service itself accepts, in the order of its steps."""

from service.commands.canary import Canary
from service.documents.document import DeletionMode, to_document
from service.documents.exclusion import Exclusions
from service.events.event import parse_event
from service.events.version import Kind

NOW_US = 1_764_000_000_000_000


def test_the_three_events_are_valid_and_ever_newer() -> None:
    canary = Canary()
    steps = [
        canary.created(NOW_US),
        canary.updated(NOW_US + 1000),
        canary.deleted(NOW_US + 2000),
    ]
    events = [parse_event(step.body, now_us=NOW_US + 3000, future_tolerance_us=0) for step in steps]
    assert [event.kind for event in events] == [Kind.CREATED, Kind.UPDATED, Kind.DELETED]
    assert {event.user_id for event in events} == {canary.user_id}
    assert {event.tenant for event in events} == {None}
    versions = [event.version for event in events]
    assert versions == sorted(set(versions))
    assert [event.id for event in events] == [step.id for step in steps]


def test_the_canary_fits_the_index_without_a_misfit() -> None:
    body = Canary().created(NOW_US).body
    event = parse_event(body, now_us=NOW_US, future_tolerance_us=0)
    document = to_document(
        event,
        indexed_at_us=NOW_US,
        exclusions=Exclusions(),
        deletion_mode=DeletionMode.TOMBSTONE,
    )
    assert document.source is not None
    assert b"misfit_fields" not in document.source
    assert b"unknown_fields" not in document.source


def test_every_run_has_a_canary_of_its_own() -> None:
    assert Canary().user_id != Canary().user_id
