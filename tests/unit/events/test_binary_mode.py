"""Binary-mode requests, by CloudEvents' HTTP binding, in the structured form."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.binary_mode import binary_to_structured
from service.events.event import parse_event
from service.events.json_text import parse
from service.events.timestamp import parse_rfc3339
from tests.unit.events.samples import HOUR_US, NOW_US

HEADERS = {
    "Host": "example.com",
    "Authorization": "Bearer secret",
    "Content-Type": "application/json; charset=utf-8",
    "ce-specversion": "1.0",
    "CE-Type": "user.created",
    "ce-source": "urn:auth0:example",
    "Ce-Id": "evt_1",
    "ce-time": "2025-02-01T12:34:56Z",
    "ce-a0tenant": "acme",
    "ce-a0stream": "est_1",
}
DATA = b'{ "object" :{"user_id":"auth0|5","updated_at":"2025-02-01T12:34:56.789Z","n":1.0e0} }'


def test_the_structured_event_has_the_attributes_and_the_data_verbatim() -> None:
    structured = binary_to_structured(HEADERS, DATA)
    assert structured.endswith(b',"data":' + DATA + b"}")
    envelope = orjson.loads(structured)
    del envelope["data"]
    assert envelope == {
        "datacontenttype": "application/json; charset=utf-8",
        "specversion": "1.0",
        "type": "user.created",
        "source": "urn:auth0:example",
        "id": "evt_1",
        "time": "2025-02-01T12:34:56Z",
        "a0tenant": "acme",
        "a0stream": "est_1",
    }


def test_the_structured_event_is_parsed() -> None:
    event = parse_event(
        binary_to_structured(HEADERS, DATA), now_us=NOW_US, future_tolerance_us=HOUR_US
    )
    assert event.user_id == "auth0|5"
    assert event.time_us == parse_rfc3339("2025-02-01T12:34:56.789Z").us


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € \U0001f600"),
        ("%e2%82%ac", "€"),
        ("100%25%20", "100% "),
        ("%2525", "%25"),
        ("a%zzb%", "a%zzb%"),
        ("a+b", "a+b"),
        ('"quoted \\"value\\" \\\\"', 'quoted "value" \\'),
        ('"a%20b"', "a b"),
        ('say "hi"', 'say "hi"'),
        ('"', '"'),
        ('""', ""),
        ("café".encode().decode("ascii", "surrogateescape"), "café"),
        ("café", "café"),
        ("%C0%A0", "\udcc0\udca0"),
    ],
)
def test_values_are_decoded_by_the_binding(value: str, decoded: str) -> None:
    envelope: Any = parse(binary_to_structured({"ce-id": value}, b""))
    assert envelope == {"id": decoded}


@pytest.mark.parametrize(
    ("body", "members"),
    [
        (b"", {}),
        (b"null", {"data": None}),
        (b"[1]", {"data": [1]}),
        (b"\xef\xbb\xbf{}", {"data": {}}),
        (b"\xff\x00", {"data_base64": "/wA="}),
        (b'{},"type":"user.deleted"', {"data_base64": "e30sInR5cGUiOiJ1c2VyLmRlbGV0ZWQi"}),
    ],
)
def test_data_is_json_or_base64(body: bytes, members: dict[str, Any]) -> None:
    assert orjson.loads(binary_to_structured({}, body)) == members
    assert orjson.loads(binary_to_structured({"ce-id": "1"}, body)) == {"id": "1", **members}


@pytest.mark.parametrize("header", ["ce-data", "ce-data_base64", "ce-datacontenttype"])
def test_a_header_is_never_the_data(header: str) -> None:
    assert binary_to_structured({header: "x"}, b"") == b"{}"


@given(
    st.dictionaries(
        st.from_regex(r"(?i)(ce-)?[a-z0-9_]*", fullmatch=True) | st.just("content-type"),
        st.binary().map(lambda value: value.decode(errors="surrogateescape")),
    ),
    st.binary(),
)
def test_any_request_becomes_a_json_object(headers: dict[str, str], body: bytes) -> None:
    assert isinstance(parse(binary_to_structured(headers, body)), dict)
