"""What an authentic sender, a stranger and a prober are answered, and what was kept of it."""

import asyncio

import orjson
import pytest

from tests.integration.receiver.open_door import OpenDoor, event
from tests.unit.receiver.door import AUTHORISED, TOKEN, post, wire


async def test_an_event_is_kept_as_it_was_sent(door: OpenDoor) -> None:
    body = b" " + event(1) + b"\n"
    assert await door.post(body, Content_Type="application/cloudevents+json") == 204
    assert await door.kept() == [body]
    assert door.journal.tenant() == "acme"
    assert door.journal.accounting().received == {"user.created": 1}


async def test_a_batch_is_kept_element_by_element(door: OpenDoor) -> None:
    elements = [
        event(1),
        event(2, "user.updated"),
        event(3, "organization.created"),
        event(4, a0purpose="test"),
        event(5, a0tenant="stranger"),
        b"null",
        event(1),
    ]
    body = b"[" + b" ,\n".join(elements) + b"]"
    assert await door.post(body, Content_Type="application/cloudevents-batch+json") == 204
    assert await door.kept() == [event(1), event(2, "user.updated"), b"null"]
    accounting = door.journal.accounting()
    assert accounting.received_total == len(elements)
    assert (accounting.ignored, accounting.test, accounting.refused, accounting.duplicate) == (
        1,
        1,
        1,
        1,
    )


async def test_an_empty_batch_is_acknowledged_and_is_nothing(door: OpenDoor) -> None:
    assert await door.post(b"[]") == 204
    assert door.journal.accounting().received_total == 0


async def test_a_binary_event_is_kept_in_structured_form(door: OpenDoor) -> None:
    data = b'{"object": {"user_id": "auth0|1"}}'
    attributes = {
        "ce_id": "evt_1",
        "CE_Type": "user.deleted",
        "ce_source": "urn:auth0:acme",
        "ce_specversion": "1.0",
        "Ce_Time": "2025-02-01T12:34:56Z",
    }
    assert await door.post(data, Content_Type="application/json", **attributes) == 204
    (body,) = await door.kept()
    kept = orjson.loads(body)
    assert (kept["id"], kept["type"], kept["time"], kept["data"]) == (
        "evt_1",
        "user.deleted",
        "2025-02-01T12:34:56Z",
        orjson.loads(data),
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer older-token"},
        {"authorization": f"BEARER {TOKEN}"},
        {"Authorization": "Basic YXV0aDA6cGFzczp3b3Jk"},
        {"x-webhook-key": "a key"},
    ],
)
async def test_each_kind_of_credential_opens(door: OpenDoor, headers: dict[str, str]) -> None:
    answer = await door.client.post(door.webhook, data=event(1), headers=headers)
    assert answer.status == 204


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Authorization:\r\n",
        b"Authorization: Bearer\r\n",
        b"Authorization: Bearer wrong\r\n",
        b"Authorization: Bearer s3cr\xc3\xa9t-token\r\n",
        b"Authorization: Bearer \xff\xfe\r\n",
        b"Authorization: Bearer " + b"x" * 50_000 + b"\r\n",
        b"Authorization: Basic ====\r\n",
        b"Authorization: Bearer %s\r\nAuthorization: Bearer wrong\r\n" % TOKEN.encode(),
        b"X-Webhook-Key:\r\n",
    ],
)
async def test_without_a_credential_nothing_is_read(door: OpenDoor, header: bytes) -> None:
    start = b"POST /webhook HTTP/1.1\r\nHost: x\r\n%sContent-Length: 100\r\n\r\n" % header
    async with wire(door.receiver.port) as sender:
        await sender.send(start)  # and no body: the answer doesn't wait for it
        head = await sender.head()
    assert head.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nWWW-Authenticate: Bearer realm=" in head
    assert b"aiohttp" not in head
    assert door.refused == ["unauthorised"]
    assert door.journal.accounting().received_total == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/webhook", 405, "POST"),
        ("PUT", "/webhook", 405, "POST"),
        ("POST", "/livez", 405, "GET, HEAD"),
        ("DELETE", "/readyz", 405, "GET, HEAD"),
        ("HEAD", "/livez", 200, None),
        ("GET", "/readyz", 200, None),
        ("GET", "/readyz?verbose=1", 200, None),
        ("GET", "/", 404, None),
        ("POST", "/", 404, None),
        ("GET", "/webhook/", 405, "POST"),
        ("POST", "/webhook//", 404, None),
        ("GET", "/healthz", 404, None),
        ("GET", "/metrics", 404, None),
        ("GET", "/api/v1/users", 404, None),
    ],
)
async def test_the_door_has_three_paths(
    door: OpenDoor, method: str, path: str, status: int, allow: str | None
) -> None:
    url = door.webhook.removesuffix("/webhook") + path
    async with door.client.request(method, url, headers=AUTHORISED) as answer:
        assert (answer.status, answer.headers.get("Allow")) == (status, allow)
    assert door.refused == (["misdirected"] if method == "POST" else [])
    # Strangers knock everywhere: theirs are no events.
    async with door.client.request(method, url) as answer:
        assert answer.status == status or (answer.status, path) == (401, "/webhook")
    assert door.refused.count("misdirected") == (method == "POST")


@pytest.mark.parametrize("ending", ["?source=auth0", "/"])
async def test_an_ending_does_not_hide_the_webhook(door: OpenDoor, ending: str) -> None:
    url = door.webhook + ending
    assert (await door.client.post(url, data=event(1), headers=AUTHORISED)).status == 204


async def test_a_sender_may_ask_before_it_sends(door: OpenDoor) -> None:
    async with wire(door.receiver.port) as sender:
        await sender.send(post(b"", "Expect: 100-continue", length=len(event(1))))
        assert await sender.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await sender.send(event(1))
        assert (await sender.head()).startswith(b"HTTP/1.1 204 ")
        await sender.send(post(event(2)))
        assert (await sender.head()).startswith(b"HTTP/1.1 204 ")


async def test_what_is_no_http_is_not_told_what_answers(door: OpenDoor) -> None:
    async with wire(door.receiver.port) as sender:
        await sender.send(post(event(1), " folded"))
        answer = await sender.rest()
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert b"\r\nServer: user-sync\r\n" in answer
    assert door.refused == ["malformed_http"]


async def test_older_http_is_spoken_and_closing_honoured(door: OpenDoor) -> None:
    async with wire(door.receiver.port) as sender:
        await sender.send(post(event(1)).replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = await sender.rest()
    assert answer.startswith(b"HTTP/1.0 204 ")
    async with wire(door.receiver.port) as sender:
        await sender.send(post(event(2), "Connection: close"))
        assert (await sender.rest()).startswith(b"HTTP/1.1 204 ")
    assert len(await door.kept()) == 2


async def test_a_body_in_pieces_is_put_together(door: OpenDoor) -> None:
    request = post(event(1))
    async with wire(door.receiver.port) as sender:
        for start in range(0, len(request), 40):
            await sender.send(request[start : start + 40])
            await asyncio.sleep(0)
        assert (await sender.head()).startswith(b"HTTP/1.1 204 ")
    assert await door.kept() == [event(1)]


async def test_many_senders_at_once_are_all_kept(door: OpenDoor) -> None:
    count = 500
    statuses = await asyncio.gather(*(door.post(event(n)) for n in range(count)))
    assert statuses == [204] * count
    assert sorted(await door.kept()) == sorted(event(n) for n in range(count))
