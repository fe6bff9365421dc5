"""The door opens where it was told to or says why it can't; closed twice is closed."""

import socket
from contextlib import AsyncExitStack, closing

import pytest
from aiohttp import ClientSession

from service.doors.errors import CannotListen
from service.receiver.options import ReceiverOptions
from service.receiver.receiver import why
from service.receiver.refusals import Refusal
from tests.unit.receiver.door import (
    EVENT,
    HOST,
    Door,
    MemoryJournal,
    Wire,
    opened,
    post,
    wire,
)
from tests.waiting import until


async def test_port_0_is_a_free_port() -> None:
    async with opened() as first, opened() as second, ClientSession() as client:
        assert 0 < first.receiver.port != second.receiver.port > 0
        assert (await client.get(second.url("/livez"))).status == 200


async def test_a_port_in_use_is_told_with_what_to_do() -> None:
    with closing(socket.create_server((HOST, 0))) as other:
        port = other.getsockname()[1]
        door = Door(MemoryJournal(), ReceiverOptions())
        with pytest.raises(CannotListen) as refusal:
            await door.receiver.start(HOST, port)
        assert str(port) in str(refusal.value)
        assert "in use" in str(refusal.value)
        assert "USER_SYNC_PORT" in str(refusal.value)
        await door.receiver.stop()


async def test_an_address_that_is_not_ours_is_told() -> None:
    door = Door(MemoryJournal(), ReceiverOptions())
    with pytest.raises(CannotListen) as refusal:
        await door.receiver.start("192.0.2.1", 0)  # RFC 5737: nobody's
    assert "192.0.2.1" in str(refusal.value)
    assert "USER_SYNC_HOST" in str(refusal.value)


def test_an_unknown_name_is_told() -> None:
    fault = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert "on nowhere port 80: Name or service not known." in why(fault, "nowhere", 80)


async def test_the_port_is_unknown_before_the_start() -> None:
    with pytest.raises(RuntimeError):
        _ = Door(MemoryJournal(), ReceiverOptions()).receiver.port


async def test_stopping_again_does_nothing() -> None:
    async with opened() as door:
        await door.receiver.stop()
        await door.receiver.stop()


async def test_there_is_room_for_a_sender_whoever_keeps_connections_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with opened(ReceiverOptions(max_connections=3)) as door, AsyncExitStack() as lines:

        async def another(sent: bytes) -> Wire:
            line = await lines.enter_async_context(wire(door.receiver.port))
            await line.send(sent)
            return line

        door.journal.open.clear()
        answered = await another(post(EVENT))
        await until(lambda: door.journal.waiting == 1)
        idle = [await another(b"GET /livez HTTP/1.1\r\n") for _ in range(2)]
        newest = await another(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await newest.head()).startswith(b"HTTP/1.1 200 ")
        assert await idle[0].rest() == b""
        door.journal.open.set()
        assert (await answered.head()).startswith(b"HTTP/1.1 204 ")

        # Answers that nobody reads keep a connection busy for ever.
        door.journal.open.clear()
        for _ in range(3):
            await another(post(EVENT))
        await until(lambda: door.journal.waiting == 3)
        assert (await (await another(b"nonsense\r\n\r\n")).head()).startswith(b"HTTP/1.0 400 ")
        assert set(door.refused) == {Refusal.CROWDED, Refusal.MALFORMED_HTTP}
    assert [vars(record).get("action") for record in caplog.records] == ["too_many_connections"]
