"""What surrounds the profile: identity, version, event, deletion."""

import orjson
import pytest

from service.documents.document import DeletionMode, Document
from service.events.json_value import JsonValue
from service.events.version import Kind
from tests.unit.documents.making import TIME_US, make_document, make_event

TIME = "2025-02-01T12:34:56.123456Z"
INDEXED_AT = "2025-02-01T12:34:57.623456Z"


@pytest.mark.parametrize("kind", [Kind.READ, Kind.CREATED, Kind.UPDATED])
@pytest.mark.parametrize("mode", list(DeletionMode))
def test_a_user_s_document(kind: Kind, mode: DeletionMode) -> None:
    document = make_document(make_event({"email": "ann@example.com"}, kind=kind), mode=mode)
    assert (document.id, document.version) == ("auth0|1", 7)
    assert document.source is not None
    assert orjson.loads(document.source) == {
        "user_id": "auth0|1",
        "email": "ann@example.com",
        "event": {
            "id": "evt_1",
            "type": f"user.{kind.name.lower()}",
            "time": TIME,
            "stream": "est_1",
            "tenant": "acme",
        },
        "indexed_at": INDEXED_AT,
    }


def test_stream_and_tenant_may_be_unknown() -> None:
    document = make_document(make_event(stream=None, tenant=None))
    assert document.source is not None
    assert set(orjson.loads(document.source)["event"]) == {"id", "type", "time"}


FULL: dict[str, JsonValue] = {
    "email": "ann@example.com",
    "identities": [{"user_id": "1"}],
    "app_metadata": {"plan": "pro"},
    "deleted_at": "not ours",
    "other": 1,
}


@pytest.mark.parametrize(
    ("deleted_at_us", "deleted_at"),
    [(TIME_US - 6_123_456, "2025-02-01T12:34:50.000000Z"), (None, TIME)],
)
def test_a_tombstone_holds_nothing_of_the_profile(
    deleted_at_us: int | None, deleted_at: str
) -> None:
    event = make_event(FULL, kind=Kind.DELETED, deleted_at_us=deleted_at_us)
    document = make_document(event)
    assert document.source is not None
    source = orjson.loads(document.source)
    assert set(source) == {"user_id", "deleted_at", "event", "indexed_at"}
    assert source["deleted_at"] == deleted_at
    assert source["event"]["type"] == "user.deleted"


def test_a_real_delete_has_a_version_and_no_source() -> None:
    event = make_event(FULL, kind=Kind.DELETED)
    assert make_document(event, mode=DeletionMode.DELETE) == Document("auth0|1", 7, None)


def test_the_event_s_user_id_is_the_document_s() -> None:
    document = make_document(make_event({"user_id": "someone else"}))
    assert document.source is not None
    assert orjson.loads(document.source)["user_id"] == "auth0|1"
    assert b"someone" not in document.source


def test_the_profile_is_left_as_it_was() -> None:
    event = make_event({"email": 5, "x": [1], "identities": [{"a": 1}], "app_metadata": {"b": 1}})
    before = orjson.dumps(event.profile)
    make_document(event, exclude=["app_metadata.b", "x"])
    assert orjson.dumps(event.profile) == before


def test_the_same_event_makes_the_same_bytes() -> None:
    assert make_document(make_event(FULL)) == make_document(make_event(FULL))
