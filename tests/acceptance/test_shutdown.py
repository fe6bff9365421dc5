"""Stopping takes no longer than it is given, whoever keeps `serve` waiting; nothing is lost."""

import asyncio
import time
from urllib.parse import urlsplit

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.conftest import Engine
from tests.faulty_proxy import Silence, faulty_proxy
from tests.waiting import eventually

TIME = "2025-02-01T12:34:56.789Z"


async def test_an_engine_and_a_sender_that_never_end(service: StartService, engine: Engine) -> None:
    with faulty_proxy(engine.url) as proxy:
        one = await service(opensearch_url=proxy.url, SHUTDOWN_TIMEOUT="2s")
        one.engine_url = engine.url
        users = [new_user_id() for _ in range(2)]
        assert await one.post(event("created", users[0], TIME)) == 204
        await one.drained()
        proxy.break_bulks(Silence())
        assert await one.post(event("created", users[1], TIME)) == 204

        async def waiting() -> bool:
            return proxy.met > 0

        await eventually(waiting)
        url = urlsplit(one.webhook_url)
        _, sender = await asyncio.open_connection(url.hostname, url.port)
        await send_half(sender, "/webhook", one.token)

        begun = time.monotonic()
        await one.stop(within=20)
        assert time.monotonic() - begun < 2 + 2
        sender.close()
        proxy.heal()
        await one.start()
        await one.drained()
        assert (await one.documents()).keys() == set(users)


async def test_half_a_request_at_the_private_door(service: StartService) -> None:
    one = await service(SEARCH_TOKENS="search-token")
    url = urlsplit(one.private_url)
    _, asking = await asyncio.open_connection(url.hostname, url.port)
    await send_half(asking, "/api/v1/lookup", "search-token")
    begun = time.monotonic()
    await one.stop(within=20)
    assert time.monotonic() - begun < 5
    asking.close()


async def send_half(connection: asyncio.StreamWriter, path: str, token: str) -> None:
    """The head of a request, and the beginning of its body."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    connection.write(
        f'{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"half":'.encode()
    )
    await connection.drain()
