"""The door opens where it was told to or says why it can't; closed twice is closed."""

import socket
from contextlib import closing

import pytest
from aiohttp import ClientSession

from service.receiver.options import ReceiverOptions
from service.receiver.receiver import CannotListen, why
from tests.unit.receiver.door import HOST, Door, MemoryJournal, opened


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
