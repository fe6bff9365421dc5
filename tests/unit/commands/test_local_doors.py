"""Where a command finds this machine's service, and what it makes of /healthz."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.commands.local_doors import ask_health, webhook_url
from service.settings import Settings, load_settings


def _settings(**variables: str) -> Settings:
    return load_settings({f"USER_SYNC_{name}": text for name, text in variables.items()})


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("0.0.0.0", "8080", "http://127.0.0.1:8080/webhook"),
        ("::", "8080", "http://[::1]:8080/webhook"),
        ("::1", "9000", "http://[::1]:9000/webhook"),
        ("10.0.0.7", "80", "http://10.0.0.7:80/webhook"),
        ("events.local", "80", "http://events.local:80/webhook"),
        ("127.0.0.1", "0", None),
    ],
)
def test_the_webhook_of_this_machine(host: str, port: str, url: str | None) -> None:
    assert webhook_url(_settings(HOST=host, PORT=port)) == url


async def _asked(handler: web.RequestHandler | object) -> list[str]:
    app = web.Application()
    app.router.add_get("/healthz", handler)  # type: ignore[arg-type]
    async with TestServer(app) as server:
        return await ask_health(_settings(PRIVATE_PORT=str(server.port)))


async def test_health_is_asked_at_the_private_door() -> None:
    async def failing(_: web.Request) -> web.Response:
        check = {"ok": False, "state": "the alias is missing", "advice": "run bootstrap"}
        return web.json_response({"checks": {"index": check}}, status=503)

    assert await _asked(failing) == ["index: the alias is missing; run bootstrap"]


async def test_good_health_is_said() -> None:
    async def good(_: web.Request) -> web.Response:
        return web.json_response({"checks": {}})

    (line,) = await _asked(good)
    assert line.endswith("/healthz says that all is well")


async def test_what_answers_otherwise_is_not_believed() -> None:
    async def other(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    (line,) = await _asked(other)
    assert "could not be asked" in line


@pytest.mark.parametrize("body", [{}, [], "up", {"status": "UP"}])
async def test_another_programs_health_is_not_taken_for_ours(body: object) -> None:
    async def other(_: web.Request) -> web.Response:
        return web.json_response(body)

    (line,) = await _asked(other)
    assert "is no user-sync's" in line


async def test_a_closed_door_is_said(unused_tcp_port: int) -> None:
    (line,) = await ask_health(_settings(PRIVATE_PORT=str(unused_tcp_port)))
    assert "could not be asked (ClientConnectorError)" in line


async def test_without_a_known_port_nobody_is_asked() -> None:
    (line,) = await ask_health(_settings(PRIVATE_PORT="0"))
    assert "USER_SYNC_PRIVATE_PORT is 0" in line
