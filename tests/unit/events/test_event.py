"""Every bad event has a reason of its own; every other becomes an Event."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.event import Event, parse_event
from service.events.json_text import dump
from service.events.json_value import JsonValue, Literal
from service.events.poison import PoisonCode, PoisonEvent
from service.events.timestamp import parse_rfc3339
from service.events.version import LATEST_TIME_US, Kind, external_version
from tests.unit.events.samples import EVENT, HOUR_US, MISSING, NOW_US, bent


def parse(body: bytes) -> Event:
    return parse_event(body, now_us=NOW_US, future_tolerance_us=HOUR_US)


def poison(body: bytes) -> PoisonEvent:
    with pytest.raises(PoisonEvent) as caught:
        parse(body)
    return caught.value


def us(text: str) -> int:
    return parse_rfc3339(text).us


def test_an_event_is_parsed() -> None:
    time_us = us("2025-02-01T12:34:56.250Z")
    assert parse(bent()) == Event(
        kind=Kind.UPDATED,
        id="evt_1",
        user_id="auth0|507f1f77bcf86cd799439020",
        time_us=time_us,
        version=external_version(time_us, Kind.UPDATED, "evt_1"),
        type="user.updated",
        profile=EVENT["data"]["object"],
        deleted_at_us=None,
        stream="est_1",
        tenant="acme",
    )


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("user.created", Kind.CREATED),
        ("user.updated", Kind.UPDATED),
        ("user.deleted", Kind.DELETED),
        ("user.read", Kind.READ),
    ],
)
def test_the_type_decides_the_kind(event_type: str, kind: Kind) -> None:
    event = parse(bent(type=event_type))
    assert (event.type, event.kind) == (event_type, kind)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b"[" * 10_000, "not_json"),
        (b"user_id=auth0|5", "not_json"),
        (b"null", "not_an_object"),
        (b"[]", "not_an_object"),
        (b"[" + bent() + b"]", "not_an_object"),
        (b"42", "not_an_object"),
        (b"1e400", "not_an_object"),
        (b"NaN", "not_an_object"),
        (b'"user.created"', "not_an_object"),
        (b"true", "not_an_object"),
        (b"[" * 10_000 + b"]" * 10_000, "not_an_object"),
        (b"{}", "type_missing"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "type_missing"),
        (bent(type=MISSING), "type_missing"),
        (bent(type=None), "type_missing"),
        (bent(type=5), "type_invalid"),
        (bent(type=["user.created"]), "type_invalid"),
        (bent(type=""), "type_unhandled"),
        (bent(type="user.Created"), "type_unhandled"),
        (bent(type="organization.created"), "type_unhandled"),
        (bent(id=MISSING), "id_missing"),
        (bent(id=None), "id_missing"),
        (bent(id=""), "id_invalid"),
        (bent(id=5), "id_invalid"),
        (bent(data=MISSING), "data_missing"),
        (bent(data=None), "data_missing"),
        (bent(data=[]), "data_invalid"),
        (bent(data="{}"), "data_invalid"),
        (bent(data={}), "profile_missing"),
        (bent(data={"object": None}), "profile_missing"),
        (bent(data={"line": "{"}), "profile_missing"),
        (bent(data={"object": []}), "profile_invalid"),
        (bent(data={"object": "auth0|5"}), "profile_invalid"),
        (bent(data__object__user_id=MISSING), "user_id_missing"),
        (bent(data__object__user_id=None), "user_id_missing"),
        (bent(data__object__user_id=507), "user_id_invalid"),
        (bent(data__object__user_id=True), "user_id_invalid"),
        (bent(data__object__user_id=["auth0|5"]), "user_id_invalid"),
        (bent(data__object__user_id=""), "user_id_invalid"),
        (bent(data__object__user_id="U").replace(b'"U"', b'"\\ud800"'), "user_id_invalid"),
        (bent(data__object__user_id="U").replace(b'"U"', b"9" * 30), "user_id_invalid"),
        (bent(data__object__user_id="U").replace(b'"U"', b"NaN"), "user_id_invalid"),
        (bent(data__object__user_id="x" * 513), "user_id_too_long"),
        (bent(data__object__user_id="é" * 257), "user_id_too_long"),
        (bent(data__object__user_id="\U0001f600" * 129), "user_id_too_long"),
        (bent(time=MISSING), "time_missing"),
        (bent(time=None), "time_missing"),
        (bent(time=1738413296), "time_invalid"),
        (bent(time={}), "time_invalid"),
        (bent(time=""), "time_invalid"),
        (bent(time="2025-02-01T12:34:56"), "time_invalid"),
        (bent(time="2025-02-29T12:34:56Z"), "time_invalid"),
        (bent(time="2025-02-01T12:34:60Z"), "time_invalid"),
        (bent(time="1970-01-01T00:00:00Z"), "time_too_old"),
        (bent(time="0001-01-01T00:00:00Z"), "time_too_old"),
        (bent(time="2009-12-31T23:59:59.999999Z"), "time_too_old"),
        (bent(time="2025-02-01T13:36:40.000001Z"), "time_in_future"),
        (bent(time="9999-12-31T23:59:59Z"), "time_in_future"),
        (
            bent(type="user.read", time=MISSING, data__object__updated_at=MISSING),
            "updated_at_missing",
        ),
        (bent(type="user.read", time=MISSING, data__object__updated_at=None), "updated_at_missing"),
        (bent(type="user.read", time=MISSING, data__object__updated_at=5), "updated_at_invalid"),
        (
            bent(type="user.read", time=MISSING, data__object__updated_at="2025-02-01"),
            "updated_at_invalid",
        ),
        (
            bent(type="user.read", time=MISSING, data__object__updated_at="1999-01-01T00:00:00Z"),
            "time_too_old",
        ),
        (
            bent(type="user.read", time=MISSING, data__object__updated_at="2999-01-01T00:00:00Z"),
            "time_in_future",
        ),
        (bent(type="user.read", data={"line": "{"}), "line_not_json"),
        (bent(type="user.read", data={"line": "{}"}), "profile_missing"),
        (bent(type="user.read", data={"line": 5}), "profile_missing"),
    ],
)
def test_poison_has_its_code(body: bytes, code: str) -> None:
    error = poison(body)
    assert error.code == code
    assert error.code in set(PoisonCode)
    assert error.detail


@pytest.mark.parametrize(
    ("body", "event_type"),
    [
        (b"{", "other"),
        (b"[]", "other"),
        (bent(type=MISSING), "other"),
        (bent(type="organization.created"), "other"),
        (bent(type="user.deleted", id=None), "user.deleted"),
        (bent(type="user.created", time=5), "user.created"),
        (bent(type="user.read", data={"line": "{"}), "user.read"),
    ],
)
def test_poison_has_a_type_with_few_values(body: bytes, event_type: str) -> None:
    assert poison(body).type == event_type


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[1", ["not JSON", "at byte 2"]),
        (bent(type="user.signed_up"), ["'user.signed_up'", "user.created, user.updated"]),
        (bent(type="x" * 10_000), ["'xxxx"]),
        (bent(data__object__user_id=5), ["data.object.user_id is not a string", "1 to 512 bytes"]),
        (bent(data__object__user_id="é" * 257), ["has 514 bytes", "1 to 512 bytes"]),
        (bent(time="2025-02-01T12:34:56"), ["time '2025-02-01T12:34:56'", "has no offset"]),
        (bent(time="2035-02-01T12:36:40Z"), ["time is 2035-02-01", "at most 3600 s"]),
        (bent(time="1999-02-01T12:36:40Z"), ["time is 1999-02-01", "not before 2010-01-01"]),
        (
            bent(type="user.read", time=MISSING, data__object__updated_at="1999-02-01T12:36:40Z"),
            ["data.object.updated_at is 1999-02-01"],
        ),
    ],
)
def test_a_reason_says_what_is_wrong_and_what_is_right(body: bytes, words: list[str]) -> None:
    error = poison(body)
    for word in words:
        assert word in error.detail
    assert len(error.detail) < 400
    assert error.code in str(error)


@pytest.mark.parametrize("name", ["time", "id", "type", "data__object__user_id"])
@pytest.mark.parametrize("value", [MISSING, 5, "", "x" * 1_000])
def test_reasons_hold_no_profile_values(name: str, value: object) -> None:
    body = bent(**{name: value}, data__object__email="secret@example.com")
    try:
        parse(body)
    except PoisonEvent as error:
        reason = error.detail
    else:
        reason = ""
    assert "secret" not in reason


@pytest.mark.parametrize(
    "user_id",
    [
        "x",
        "x" * 512,
        "é" * 256,
        "auth0|with/slash",
        "email|a b@c.d ",
        " ",
        "saml|企業|\U0001f600",
        "../_search?q=*",
        "nul\x00",
        "_id",
    ],
)
def test_any_other_string_is_a_user_id(user_id: str) -> None:
    assert parse(bent(data__object__user_id=user_id)).user_id == user_id


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("2025-02-01T12:34:56.123456789Z", "2025-02-01T12:34:56.123456Z"),
        ("2025-02-01T18:04:56.5+05:30", "2025-02-01T12:34:56.5Z"),
        ("2025-02-01t12:34:56.5z", "2025-02-01T12:34:56.5Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2010-01-01T00:00:00Z", "2010-01-01T00:00:00Z"),
        ("2025-02-01T13:36:40Z", "2025-02-01T13:36:40Z"),
    ],
)
def test_the_time_of_an_event(time: str, instant: str) -> None:
    assert parse(bent(time=time)).time_us == us(instant)


SECOND = "2025-02-01T12:34:56Z"


@pytest.mark.parametrize(
    ("event_type", "time", "updated_at", "deleted_at", "instant"),
    [
        # An own fraction is never refined.
        ("user.updated", "2025-02-01T12:34:56.1Z", "2025-02-01T12:34:56.9Z", None, "56.1"),
        ("user.updated", "2025-02-01T12:34:56.0Z", "2025-02-01T12:34:56.9Z", None, "56"),
        # A whole second is, by a fraction in it, however it is written.
        ("user.created", SECOND, "2025-02-01T12:34:56.789Z", None, "56.789"),
        ("user.updated", SECOND, "2025-02-01T18:04:56.789123456+05:30", None, "56.789123"),
        ("user.updated", "2025-02-01T18:04:56+05:30", "2025-02-01T12:34:56.9Z", None, "56.9"),
        # Not by another second's, none, or nonsense.
        ("user.updated", SECOND, "2025-02-01T12:34:55.999999Z", None, "56"),
        ("user.updated", SECOND, "2025-02-01T12:34:57.000001Z", None, "56"),
        ("user.updated", SECOND, "2025-02-01T12:34:57.5+00:01", None, "56"),
        ("user.updated", SECOND, SECOND, None, "56"),
        ("user.updated", SECOND, "2025-02-01T12:34:56.9", None, "56"),
        ("user.updated", SECOND, 1738413296.9, None, "56"),
        ("user.updated", SECOND, {"$date": SECOND}, None, "56"),
        ("user.updated", SECOND, MISSING, None, "56"),
        # Only a deletion's deleted_at counts; the larger of the two.
        ("user.updated", SECOND, "2025-02-01T12:34:56.2Z", "2025-02-01T12:34:56.8Z", "56.2"),
        ("user.deleted", SECOND, "2025-02-01T12:34:56.2Z", "2025-02-01T12:34:56.8Z", "56.8"),
        ("user.deleted", SECOND, "2025-02-01T12:34:56.8Z", "2025-02-01T12:34:56.2Z", "56.8"),
        ("user.deleted", SECOND, "2025-02-01T12:34:50.8Z", "2025-02-01T12:34:56.2Z", "56.2"),
        ("user.deleted", SECOND, "2025-02-01T12:34:56.8Z", SECOND, "56.8"),
        ("user.deleted", SECOND, "2025-02-01T12:34:56.8Z", "never", "56.8"),
        ("user.deleted", SECOND, MISSING, "2025-02-01T12:34:56.2Z", "56.2"),
        ("user.deleted", SECOND, MISSING, MISSING, "56"),
        # A profile read from an export has its updated_at only.
        ("user.read", MISSING, "2025-02-01T12:34:56.8Z", None, "56.8"),
        # Unless it says when it was read: then it tells how things stood at that moment.
        ("user.read", SECOND, "2020-01-01T00:00:00Z", None, "56"),
        ("user.read", "2020-01-01T00:00:00Z", SECOND, "2025-02-01T12:34:56.8Z", "56"),
        ("user.read", SECOND, MISSING, None, "56"),
        ("user.read", SECOND, "soon", None, "56"),
    ],
)
def test_whole_seconds_are_refined_by_the_profile(
    event_type: str, time: Any, updated_at: Any, deleted_at: Any, instant: str
) -> None:
    event = parse(
        bent(
            type=event_type,
            time=time,
            data__object__updated_at=updated_at,
            data__object__deleted_at=deleted_at,
        )
    )
    assert event.time_us == us(f"2025-02-01T12:34:{instant}Z")
    assert event.version == external_version(event.time_us, event.kind, event.id)


@pytest.mark.parametrize(
    ("event_type", "deleted_at", "expected"),
    [
        ("user.deleted", "2025-01-31T00:00:00Z", "2025-01-31T00:00:00Z"),
        ("user.deleted", "2025-02-01T01:00:00.123456789+01:00", "2025-02-01T00:00:00.123456Z"),
        ("user.deleted", "yesterday", "2025-02-01T12:34:56.250Z"),
        ("user.deleted", 5, "2025-02-01T12:34:56.250Z"),
        ("user.deleted", None, "2025-02-01T12:34:56.250Z"),
        ("user.deleted", MISSING, "2025-02-01T12:34:56.250Z"),
        ("user.updated", "2025-01-31T00:00:00Z", None),
    ],
)
def test_a_deletion_always_has_a_time_of_deletion(
    event_type: str, deleted_at: Any, expected: str | None
) -> None:
    event = parse(bent(type=event_type, data__object__deleted_at=deleted_at))
    assert event.deleted_at_us == (us(expected) if expected else None)


def test_a_time_that_has_no_version_is_in_the_future_whatever_the_tolerance() -> None:
    with pytest.raises(PoisonEvent) as caught:
        parse_event(
            bent(time="2112-09-18T00:00:00Z"), now_us=NOW_US, future_tolerance_us=LATEST_TIME_US
        )
    assert caught.value.code == "time_in_future"


@pytest.mark.parametrize("value", [None, 5, "", [], {"id": "acme"}, MISSING])
def test_an_odd_tenant_or_stream_is_none(value: Any) -> None:
    event = parse(bent(a0tenant=value, a0stream=value))
    assert (event.tenant, event.stream) == (None, None)


def test_a_tenant_that_no_database_takes_is_none() -> None:
    assert parse(bent().replace(b'"acme"', b'"\\udfff"')).tenant is None


def test_of_duplicate_keys_the_last_wins() -> None:
    body = bent().replace(b'"user_id":', b'"user_id":"first","user_id":')
    assert parse(body).user_id == EVENT["data"]["object"]["user_id"]


def test_the_profile_is_kept_whatever_it_holds() -> None:
    profile = (
        b'{"user_id":"auth0|5","email":5,"name":["a"],"logins_count":12345678901234567890123,'
        b'"nickname":"\\ud83d","app_metadata":' + b"[" * 2_000 + b"NaN" + b"]" * 2_000 + b"}"
    )
    body = bent(data={"object": "HERE"}).replace(b'"HERE"', profile)
    kept = parse(body).profile
    assert kept["email"] == 5
    assert kept["name"] == ["a"]
    assert kept["logins_count"] == Literal("12345678901234567890123")
    assert kept["nickname"] == "\ud83d"


def test_an_id_with_a_lone_surrogate_has_a_version() -> None:
    body = bent().replace(b'"evt_1"', b'"\\ud83d"')
    assert parse(body).version == external_version(parse(body).time_us, Kind.UPDATED, "\ud83d")


json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(["type", "id", "time", "data", "a0tenant"]), json_values),
    st.dictionaries(st.sampled_from(["user_id", "updated_at", "deleted_at"]), json_values),
)
def test_any_json_is_an_event_or_poison(
    attributes: dict[str, JsonValue], fields: dict[str, JsonValue]
) -> None:
    profile = {**EVENT["data"]["object"], **fields}
    body = dump({**EVENT, "data": {"object": profile}, **attributes})
    with contextlib.suppress(PoisonEvent):
        assert isinstance(parse(body), Event)


@given(st.binary())
def test_any_bytes_are_poison(body: bytes) -> None:
    assert poison(body).detail.isprintable()
