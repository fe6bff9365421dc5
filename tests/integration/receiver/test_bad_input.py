"""Hostile and broken input: what is JSON is kept, the rest is refused, nothing breaks the door."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.receiver.open_door import LIMIT, OpenDoor, event
from tests.unit.receiver.door import AUTHORISED, post, wire


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"user_id=1",
        b"{",
        b"[1,]",
        b'{"a": "\xff"}',
        event(1).decode().encode("utf-16"),
        event(1)[:-1],
        b"[" + event(1) + b"," + event(2)[:-1] + b"]",
        b"[" * 10_000,
        gzip.compress(event(1)),
    ],
)
async def test_what_is_not_json_is_400(door: OpenDoor, body: bytes) -> None:
    assert await door.post(body) == 400
    assert door.refused == ["not_json"]
    assert door.journal.accounting().received_total == 0
    assert await door.post(event(1)) == 204  # on the same connection


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"5",
        b"-0",
        b"1e400",
        b"1" + b"0" * 400,
        b'"text"',
        b'"\\ud800"',
        b"{}",
        b'{"type": "user.created", "type": 5}',
        b'{"type": 5, "a": NaN, "b": Infinity}',
        b'{"type": "\\u0000", "type": null}',
        b'{"type": ["user.created"]}',
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
)
async def test_json_that_is_no_event_is_kept(door: OpenDoor, body: bytes) -> None:
    assert await door.post(body) == 204
    assert await door.kept() == [body]
    assert await door.post(b"[" + event(1) + b"," + body + b"," + event(2) + b"]") == 204
    accounting = door.journal.accounting()
    assert (accounting.received_total, accounting.duplicate) == (4, 1)
    assert await door.kept() == [body, event(1), event(2)]
    assert door.refused == []


@pytest.mark.parametrize(
    "profile",
    [
        b'{"user_id": ""}',
        b'{"user_id": 5, "email": 5, "identities": null}',
        b'{"user_id": "auth0|\\u0000", "name": ["a"]}',
        b'{"user_id": "x", "app_metadata": {"a": ' + b"[" * 2_000 + b"]" * 2_000 + b"}}",
        b'{"user_id": "x", "app_metadata": {"a": "' + b"x" * 200_000 + b'"}}',
        b'{"user_id": "x", "user_metadata": {"a": 1e400, "b": NaN, "c": "\\ud800"}}',
    ],
)
async def test_no_profile_is_refused(door: OpenDoor, profile: bytes) -> None:
    body = event(1).replace(b'{"user_id":"auth0|1","email":"ada@example.com"}', profile)
    assert profile in body
    assert await door.post(body) == 204
    assert await door.kept() == [body]


async def test_a_body_over_the_limit_is_413_before_it_is_sent(door: OpenDoor) -> None:
    async with wire(door.receiver.port) as sender:
        await sender.send(post(b"", "Expect: 100-continue", length=LIMIT + 1))
        head = await sender.head()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in head
    assert door.refused == ["too_large"]


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 5])
async def test_a_body_of_unknown_length_over_the_limit_is_413(door: OpenDoor, size: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, size, 10_000):
            yield b" " * min(10_000, size - start)

    answer = await door.client.post(door.webhook, data=chunks(), headers=AUTHORISED)
    assert (answer.status, door.refused) == (413, ["too_large"])


async def test_a_body_at_the_limit_is_taken(door: OpenDoor) -> None:
    body = event(1).ljust(LIMIT)
    assert await door.post(body) == 204
    assert await door.kept() == [body]


async def test_compressed_bodies(door: OpenDoor) -> None:
    body = event(1)
    assert await door.post(gzip.compress(body), Content_Encoding="gzip") == 204
    assert await door.post(zlib.compress(event(2)), Content_Encoding="Deflate") == 204
    assert await door.post(event(3), Content_Encoding="identity") == 204
    assert await door.kept() == [body, event(2), event(3)]
    assert await door.post(gzip.compress(body)[:-1], Content_Encoding="gzip") == 400
    assert await door.post(b"\x0b" + body, Content_Encoding="br") == 400
    assert await door.post(gzip.compress(b" " * (LIMIT + 1)), Content_Encoding="gzip") == 413
    assert door.refused == ["not_json", "not_json", "too_large"]


@pytest.mark.parametrize("label", ["gzip", "br", "utf-8"])
async def test_a_wrong_label_loses_no_event(door: OpenDoor, label: str) -> None:
    assert await door.post(event(1), Content_Encoding=label) == 204
    assert await door.kept() == [event(1)]


_SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_HEADER_TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_characters="\x7f")
)


@_SLOW
@given(
    body=st.binary(max_size=200) | st.binary(max_size=20).map(lambda b: b'["' + b + b'",{}]'),
    extra=st.dictionaries(
        st.sampled_from(
            ["Content-Type", "Content-Encoding", "ce-id", "ce-type", "ce-time", "ce-x", "Expect"]
        ),
        _HEADER_TEXT,
    ),
)
async def test_any_body_and_headers_are_taken_or_refused(
    door: OpenDoor, body: bytes, extra: dict[str, str]
) -> None:
    lines = [f"{name}: {value}" for name, value in extra.items()]
    before = door.journal.accounting().received_total
    async with wire(door.receiver.port) as sender:
        await sender.send(post(body, *lines))
        head = await sender.head()
    assert head[9:12] in {b"204", b"400"}
    after = door.journal.accounting()
    assert after.balanced
    if head[9:12] == b"400":
        assert after.received_total == before


@_SLOW
@given(noise=st.binary(max_size=100), cut=st.integers(0, 1_000))
async def test_noise_on_the_wire_breaks_nothing(door: OpenDoor, noise: bytes, cut: int) -> None:
    request = post(event(1))
    place = cut % len(request)
    async with wire(door.receiver.port) as sender:
        await sender.send(request[:place] + noise + request[place:] + b"\r\n\r\n")
        await sender.end()
        answer = await sender.rest()
    assert not answer[9:].startswith(b"5")
    assert door.journal.accounting().balanced
    assert await door.post(event(2)) == 204
