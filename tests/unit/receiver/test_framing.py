"""Whatever is JSON is kept, every element exactly as it was sent; only the rest is refused."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from service.events.json_value import NotJson
from service.journal.records import Disposition, Entry
from service.receiver.framing import frame

EVENT = (
    b'{"specversion": "1.0", "type": "user.created", "source": "urn:auth0:acme",'
    b' "id": "evt_1", "time": "2025-02-01T12:34:56Z", "a0tenant": "acme",'
    b' "data": {"object": {"user_id": "auth0|1"}}}'
)
UNKNOWN = b'{"specversion":"1.0","type":"organization.created","id":"evt_2","source":"s"}'
TEST = b'{"specversion":"1.0","type":"user.created","id":"evt_3","source":"s","a0purpose":"test"}'


def headers(**values: str) -> CIMultiDict[str]:
    return CIMultiDict({name.replace("_", "-"): value for name, value in values.items()})


def framed(body: bytes) -> list[Entry]:
    return frame(headers(), body)


def test_a_structured_event_is_kept_as_sent() -> None:
    (entry,) = framed(EVENT)
    assert entry == Entry(EVENT, "user.created", Disposition.STORE, "acme")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/cloudevents+json; charset=utf-8",
        "application/json",
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "",
        "nonsense\udcff",
    ],
)
def test_the_content_type_decides_nothing(content_type: str) -> None:
    given_headers = headers(Content_Type=content_type)
    assert frame(given_headers, EVENT) == framed(EVENT)
    assert frame(given_headers, b"[" + EVENT + b"]") == framed(EVENT)


def test_the_elements_of_a_batch_are_judged_one_by_one_and_kept_verbatim() -> None:
    spaced = EVENT.replace(b": ", b" :\n\t")
    body = b" [ " + EVENT + b" ,\r\n" + UNKNOWN + b"," + TEST + b", 5 ," + spaced + b"\n] "
    assert [(entry.body, entry.disposition) for entry in framed(body)] == [
        (EVENT, Disposition.STORE),
        (UNKNOWN, Disposition.IGNORED),
        (TEST, Disposition.TEST),
        (b"5", Disposition.STORE),
        (spaced, Disposition.STORE),
    ]


@pytest.mark.parametrize("body", [b"[]", b" [ \n ] ", b"\xef\xbb\xbf[]"])
def test_an_empty_batch_holds_nothing(body: bytes) -> None:
    assert framed(body) == []


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"true",
        b"0",
        b"-1.5e3",
        b"1" + b"0" * 400,
        b'"text"',
        b'"\\ud800"',
        b"{}",
        b'{"type": 5}',
        b'{"type": null, "id": []}',
        b'{"id": "evt_1", "id": "evt_2"}',
        b'{"a": "\\u0000"}',
        b'{"a": NaN, "b": -Infinity}',
        b'{"a": 1e400}',
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
)
def test_json_that_is_no_event_is_kept_for_a_person_to_see(body: bytes) -> None:
    (entry,) = framed(body)
    assert (entry.body, entry.type, entry.disposition) == (body, "other", Disposition.STORE)
    assert framed(b"[" + body + b"," + body + b"]") == [entry, entry]


def test_arrays_inside_arrays_are_elements() -> None:
    assert [entry.body for entry in framed(b"[[], [[1]], [" + EVENT + b"]]")] == [
        b"[]",
        b"[[1]]",
        b"[" + EVENT + b"]",
    ]
    depth = 10_000
    (entry,) = framed(b"[" * depth + b"]" * depth)
    assert entry.body == b"[" * (depth - 1) + b"]" * (depth - 1)
    assert entry.disposition is Disposition.STORE


def test_a_byte_order_mark_is_no_fault() -> None:
    (entry,) = framed(b"\xef\xbb\xbf" + EVENT)
    assert (entry.type, entry.disposition) == ("user.created", Disposition.STORE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf",
        b"hello",
        b"user_id=auth0%7C1",
        b"<event/>",
        b"{",
        b"[",
        b"]",
        b"[1,]",
        b"[1 2]",
        b"[" * 10_000,
        EVENT[:-1],
        EVENT + b"x",
        EVENT + EVENT,
        b"[" + EVENT,
        b"[" + EVENT + b"," + EVENT[:-1] + b"]",
        b"{'a': 1}",
        b'{"a": \xff}',
        b'{"a": "\xff"}',
        b'["\xc3\x28"]',
        b'{"a": "\x00"}',
        EVENT.decode().encode("utf-16"),
        b"\x1f\x8b\x08",
    ],
)
def test_what_is_not_json_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(NotJson) as refusal:
        framed(body)
    assert refusal.value.detail


BINARY = {
    "CE-ID": "evt_1",
    "Ce-Type": "user.created",
    "ce-source": "urn:auth0:acme",
    "ce-specversion": "1.0",
    "ce-time": "2025-02-01T12:34:56Z",
    "ce-a0tenant": "acme",
    "Content-Type": "application/json",
}
DATA = b'{"object": {"user_id": "auth0|1"}}'


def test_a_binary_event_becomes_a_structured_one() -> None:
    (entry,) = frame(CIMultiDict(BINARY), DATA)
    assert (entry.type, entry.disposition, entry.tenant) == (
        "user.created",
        Disposition.STORE,
        "acme",
    )
    event = orjson.loads(entry.body)
    assert (event["id"], event["type"], event["time"]) == (
        "evt_1",
        "user.created",
        BINARY["ce-time"],
    )
    assert event["data"] == orjson.loads(DATA)


@pytest.mark.parametrize(
    ("change", "disposition"),
    [
        ({"Ce-Type": "group.created"}, Disposition.IGNORED),
        ({"ce-a0purpose": "test"}, Disposition.TEST),
    ],
)
def test_a_binary_event_is_judged(change: dict[str, str], disposition: Disposition) -> None:
    (entry,) = frame(CIMultiDict(BINARY | change), DATA)
    assert entry.disposition is disposition


def test_a_cloudevents_content_type_makes_attribute_headers_meaningless() -> None:
    changed = CIMultiDict(BINARY | {"Content-Type": "Application/CloudEvents+JSON"})
    assert frame(changed, EVENT) == framed(EVENT)


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff"])
def test_a_binary_event_whose_data_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        frame(CIMultiDict(BINARY), body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.lists(JSON), st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t")]))
def test_any_batch_falls_into_its_elements(
    elements: list[object], separators: tuple[str, str]
) -> None:
    texts = [json.dumps(e, separators=separators).encode() for e in elements]
    entries = framed(b"[" + separators[0].encode().join(texts) + b"]")
    assert [entry.body for entry in entries] == texts


@given(st.binary(), st.dictionaries(st.sampled_from(["ce-id", "ce-type", "ce-x"]), st.text()))
def test_any_bytes_are_framed_or_refused(body: bytes, extra: dict[str, str]) -> None:
    for text in (body, b"[" + body + b"]", b'"' + body + b'"'):
        try:
            entries = frame(CIMultiDict(extra), text)
        except NotJson:
            continue
        assert all(entry.body for entry in entries)
