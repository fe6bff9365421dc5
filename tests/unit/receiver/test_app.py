"""What the door answers when the journal, the sender or the service itself is in trouble."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from aiohttp import ClientSession

from service.journal.errors import JournalFull, JournalUnavailable
from service.receiver.options import ReceiverOptions
from service.receiver.refusals import Refusal
from tests.unit.receiver.door import (
    AUTHORISED,
    EVENT,
    TOKEN,
    opened,
    post,
    wire,
)
from tests.waiting import until


@pytest.mark.parametrize("fault", [JournalFull("full"), JournalUnavailable("disk")])
async def test_when_nothing_can_be_kept_the_sender_is_asked_to_come_back(
    fault: JournalFull | JournalUnavailable,
) -> None:
    async with opened() as door, ClientSession(headers=AUTHORISED) as client:
        door.journal.fault = fault
        answer = await client.post(door.url("/webhook"), data=EVENT)
        assert (answer.status, answer.headers["Retry-After"]) == (503, str(fault.retry_after_s))
        assert list(await answer.json()) == ["error"]
        assert door.refused == [Refusal.JOURNAL_UNAVAILABLE]

        door.journal.fault = None
        assert (await client.post(door.url("/webhook"), data=EVENT)).status == 204
        assert door.journal.bodies == [EVENT]


async def test_readiness_asks_the_journal_and_liveness_nobody() -> None:
    async with opened() as door, ClientSession() as client:
        ready = await client.get(door.url("/readyz"))
        assert (ready.status, await ready.json()) == (200, {"status": "ready"})
        assert ready.headers["Cache-Control"] == "no-store"

        door.journal.fault = JournalFull("The disk of /var/lib/journal is full")
        unready = await client.get(door.url("/readyz"))
        assert unready.status == 503
        assert "journal cannot take more" in await unready.text()
        assert "/var/lib" not in await unready.text()
        assert (await client.get(door.url("/livez"))).status == 200


async def test_a_fault_of_ours_is_never_a_loss_and_never_told_in_detail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened() as door, ClientSession(headers=AUTHORISED) as client:
        door.journal.fault = RuntimeError("auth0|somebody")
        answer = await client.post(door.url("/webhook"), data=EVENT)
        assert answer.status == 500
        assert "somebody" not in await answer.text()
        assert door.refused == [Refusal.FAULT]
    assert [vars(r)["action"] for r in caplog.records if r.levelno >= logging.WARNING] == [
        "request_failed"
    ]


async def test_the_answer_waits_for_the_journal() -> None:
    async with opened() as door, ClientSession(headers=AUTHORISED) as client:
        door.journal.open.clear()
        request = asyncio.create_task(client.post(door.url("/webhook"), data=EVENT))
        await until(lambda: door.journal.waiting == 1)
        assert not request.done()
        door.journal.open.set()
        assert (await request).status == 204


async def test_who_goes_away_before_the_answer_loses_nothing() -> None:
    async with opened() as door:
        door.journal.open.clear()
        async with wire(door.receiver.port) as sender:
            await sender.send(post(EVENT))
            await until(lambda: door.journal.waiting == 1)
        door.journal.open.set()
        await until(lambda: door.journal.bodies == [EVENT])
    assert door.refused == []


async def test_who_goes_away_within_a_body_leaves_nothing() -> None:
    async with opened() as door:
        async with wire(door.receiver.port) as sender:
            await sender.send(post(EVENT, length=len(EVENT) + 1))
        await until(lambda: door.refused == [Refusal.INCOMPLETE])
    assert door.journal.bodies == []


async def test_who_sends_no_more_is_answered_all_the_same() -> None:
    """`nc -N`, some proxies: the request is whole, only another one won't come."""
    async with opened() as door, wire(door.receiver.port) as line:
        await line.send(post(EVENT))
        await line.end()
        assert (await line.head()).startswith(b"HTTP/1.1 204 ")
        assert await line.rest() == b""

        door.journal.open.clear()
        async with wire(door.receiver.port) as other:
            await other.send(post(EVENT))
            await until(lambda: door.journal.waiting == 1)
            await other.end()
            await asyncio.sleep(0.05)
            door.journal.open.set()
            assert (await other.rest()).startswith(b"HTTP/1.1 204 ")
        assert door.journal.bodies == [EVENT, EVENT]


async def test_who_sends_no_more_within_a_request_or_without_one_is_left_at_once() -> None:
    begun = post(EVENT, length=1_000)
    async with opened() as door:
        for sent in (b"", begun[:30], begun, post(EVENT) + begun, post(EVENT) + begun[:30]):
            async with wire(door.receiver.port) as line:
                await line.send(sent)
                await line.end()
                async with asyncio.timeout(2):
                    await line.rest()


async def test_a_stalled_body_is_given_up_without_an_answer() -> None:
    options = ReceiverOptions(body_timeout_s=0.05)
    async with opened(options) as door, wire(door.receiver.port) as sender:
        await sender.send(post(EVENT, length=len(EVENT) + 1))
        assert await sender.rest() == b""
        assert (door.journal.bodies, door.refused) == ([], [Refusal.INCOMPLETE])


async def test_a_broken_transfer_is_given_up_without_a_loss() -> None:
    chunked = post(b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    options = ReceiverOptions(body_timeout_s=0.05)
    async with opened(options) as door, wire(door.receiver.port) as sender:
        await sender.send(chunked)
        await until(lambda: door.receiver._app._in_flight == 1)
        await sender.send(b"%x\r\n%s\r\nnonsense\r\n" % (len(EVENT), EVENT))
        assert await sender.rest() == b""
        assert (door.journal.bodies, door.refused) == ([], [Refusal.INCOMPLETE])


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",  # TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        post(EVENT, "Transfer-Encoding: chunked"),  # beside a length: a smuggler's
        post(EVENT, "Bad Header: 1"),
        post(EVENT, "X-Long: " + "x" * 100_000),
    ],
)
async def test_what_is_not_http_is_counted_and_not_quoted(
    request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened() as door, wire(door.receiver.port) as sender:
        await sender.send(request_)
        head = await sender.head()
        assert head.startswith(b"HTTP/1.0 400 ")
        assert b"\r\nServer: user-sync\r\n" in head
        assert (door.journal.bodies, door.refused) == ([], [Refusal.MALFORMED_HTTP])
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
async def test_an_offer_of_another_protocol_is_ignored(protocol: str) -> None:
    async with opened() as door, wire(door.receiver.port) as sender:
        await sender.send(post(EVENT, f"Upgrade: {protocol}", "Connection: Upgrade"))
        assert (await sender.head()).startswith(b"HTTP/1.1 204 ")
        assert door.journal.bodies == [EVENT]


class HeldUp(Executor):
    """Runs nothing until it is released."""

    def __init__(self) -> None:
        self.held: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hold the call."""
        future: Future[Any] = Future()
        self.held.append((future, lambda: fn(*args, **kwargs)))
        return future

    def release(self) -> None:
        """Run what is held."""
        for future, call in self.held:
            future.set_result(call())


async def test_others_are_answered_while_a_large_body_is_parsed() -> None:
    large = b"[" + b",".join([EVENT] * 20) + b"]"
    async with (
        opened(ReceiverOptions(thread_above_bytes=len(EVENT))) as door,
        ClientSession(headers=AUTHORISED) as client,
    ):
        executor = HeldUp()
        door.receiver._app._executor = executor
        request = asyncio.create_task(client.post(door.url("/webhook"), data=large))
        await until(lambda: len(executor.held) == 1)
        assert (await client.post(door.url("/webhook"), data=EVENT)).status == 204
        executor.release()
        assert (await request).status == 204
        assert door.journal.bodies == [EVENT] * 21


async def test_stopping_finishes_what_was_begun_and_takes_nothing_new() -> None:
    async with opened() as door:
        door.journal.open.clear()
        async with wire(door.receiver.port) as sender, wire(door.receiver.port) as prober:
            await sender.send(post(EVENT))
            await until(lambda: door.journal.waiting == 1)
            port = door.receiver.port
            stopping = asyncio.create_task(door.receiver.stop())
            await until(lambda: door.receiver._app._stopping)

            with pytest.raises(ConnectionError):
                await asyncio.open_connection("127.0.0.1", port)
            await prober.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"503" in await prober.head()
            assert not stopping.done()

            door.journal.open.set()
            head = await sender.head()
            assert b"204" in head
            assert b"Connection: close" in head
            await stopping
    assert door.journal.bodies == [EVENT]


async def test_a_body_under_way_when_stopping_is_still_taken() -> None:
    async with opened() as door, wire(door.receiver.port) as sender:
        request = post(EVENT)
        await sender.send(request[:-10])
        await until(lambda: door.receiver._app._in_flight == 1)
        stopping = asyncio.create_task(door.receiver.stop())
        await until(lambda: door.receiver._app._stopping)
        await sender.send(request[-10:])
        assert b"204" in await sender.head()
        await stopping
        assert door.journal.bodies == [EVENT]


async def test_stopping_does_not_wait_for_ever() -> None:
    async with (
        opened(ReceiverOptions(stop_timeout_s=0.05)) as door,
        wire(door.receiver.port) as sender,
        wire(door.receiver.port) as idle,
    ):
        whole = post(EVENT)
        await idle.send(whole[:-1])
        await until(lambda: door.receiver._app._in_flight == 1)
        await idle.send(whole[-1:])
        assert b"204" in await idle.head()

        await sender.send(post(EVENT, length=len(EVENT) + 1))
        await until(lambda: door.receiver._app._in_flight == 1)
        await door.receiver.stop()
        assert await sender.rest() == b""
        assert await idle.rest() == b""
        assert (door.journal.bodies, door.refused) == ([EVENT], [Refusal.INCOMPLETE])


async def test_pipelined_requests_are_answered_in_turn() -> None:
    count = 300
    async with opened() as door, wire(door.receiver.port) as sender:
        sending = asyncio.create_task(sender.send(post(EVENT) * count))
        heads = [await sender.head() for _ in range(count)]
        await sending
        assert all(head.startswith(b"HTTP/1.1 204 ") for head in heads)
        assert len(door.journal.bodies) == count
