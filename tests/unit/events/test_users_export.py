"""Lines of a users export, good and bad, as events."""

import hashlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.event import Event, parse_event
from service.events.poison import PoisonEvent
from service.events.timestamp import parse_rfc3339
from service.events.users_export import absent_user, wrap_profile
from service.events.version import Kind, external_version
from tests.unit.events.samples import HOUR_US, NOW_US

LINE = b'{ "user_id":"auth0|5", "updated_at":"2025-02-01T12:34:56.789Z","n":1.0e0, "k":1,"k":2}'


def parse(body: bytes) -> Event:
    return parse_event(body, now_us=NOW_US, future_tolerance_us=HOUR_US)


def test_a_profile_becomes_an_event_of_kind_read_at_its_updated_at() -> None:
    event = parse(wrap_profile(LINE))
    assert event.kind is Kind.READ
    assert event.id == "read:" + hashlib.sha256(LINE).hexdigest()
    assert event.user_id == "auth0|5"
    assert event.time_us == parse_rfc3339("2025-02-01T12:34:56.789Z").us
    assert event.version == external_version(event.time_us, Kind.READ, event.id)
    assert (event.type, event.tenant, event.stream) == ("user.read", None, None)


def test_the_line_is_kept_verbatim() -> None:
    assert b'"data":{"object":' + LINE + b"}" in wrap_profile(LINE)


@pytest.mark.parametrize("read_at_us", [None, NOW_US])
def test_what_is_wrapped_is_json(read_at_us: int | None) -> None:
    envelope = orjson.loads(wrap_profile(LINE, read_at_us=read_at_us))
    assert ("time" in envelope) == (read_at_us is not None)


@pytest.mark.parametrize("around", [b"%s\n", b"%s\r\n", b"  %s\t", b"\xef\xbb\xbf%s\n"])
def test_the_space_around_a_line_makes_no_other_event(around: bytes) -> None:
    assert wrap_profile(around % LINE) == wrap_profile(LINE)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "empty"),
        (b"{", "at byte 1"),
        (b'{"user_id":"auth0|5"', "at byte 20"),
        (b'{"user_id":"\xff"}', "not UTF-8 at byte 12"),
        (b'{"a":1}},"type":"user.deleted","x":{"y":{}', "more text after"),
        (b"\x00\x01", "at byte 0"),
        ('"é" "'.encode(), "at byte 5"),
    ],
)
def test_a_line_that_is_no_json_is_poison_that_holds_the_line(line: bytes, reason: str) -> None:
    envelope = wrap_profile(line)
    kept: str = orjson.loads(envelope.replace(b"\\udc", b"\\\\udc"))["data"]["line"]
    assert kept.replace("\\udcff", "\udcff").encode(errors="surrogateescape") == line
    with pytest.raises(PoisonEvent) as caught:
        parse(envelope)
    assert caught.value.code == "line_not_json"
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"null", "profile_missing"),
        (b"5", "profile_invalid"),
        (b"[]", "profile_invalid"),
        (b"{}", "user_id_missing"),
        (b'{"user_id":"auth0|5"}', "updated_at_missing"),
        (b'{"user_id":"auth0|5","updated_at":"soon"}', "updated_at_invalid"),
    ],
)
def test_a_line_that_is_no_profile_is_poison(line: bytes, code: str) -> None:
    with pytest.raises(PoisonEvent) as caught:
        parse(wrap_profile(line))
    assert caught.value.code == code


def test_when_it_was_read_outranks_the_profile_s_own_time() -> None:
    read_at_us = parse_rfc3339("2025-02-01T12:35:00Z").us
    assert parse(wrap_profile(LINE, read_at_us=read_at_us)).time_us == read_at_us
    earlier_us = parse_rfc3339("2025-02-01T12:34:00Z").us
    event = parse(wrap_profile(LINE, read_at_us=earlier_us))
    assert event.time_us == parse_rfc3339("2025-02-01T12:34:56.789Z").us


@pytest.mark.parametrize("user_id", ["auth0|5", 'quo"te', "企業"])
def test_an_absent_user_is_deleted_as_of_the_reading(user_id: str) -> None:
    read_at_us = parse_rfc3339("2025-02-01T12:35:00.000001Z").us
    event = parse(absent_user(user_id, read_at_us=read_at_us))
    assert (event.kind, event.user_id) == (Kind.DELETED, user_id)
    assert event.time_us == event.deleted_at_us == read_at_us
    assert absent_user(user_id, read_at_us=read_at_us + 1) != absent_user(
        user_id, read_at_us=read_at_us
    )


@given(st.binary())
def test_any_line_is_wrapped_and_judged(line: bytes) -> None:
    with pytest.raises(PoisonEvent):
        parse(wrap_profile(line))
