"""Posting as Auth0 does: the credential shown, and the words for every way of being refused."""

import asyncio
from base64 import b64decode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.commands.webhook_client import NotAccepted, Target, credential, post
from service.settings import load_settings


def _credential(**variables: str) -> dict[str, str] | None:
    environ = {f"USER_SYNC_WEBHOOK_{name}": text for name, text in variables.items()}
    return credential(load_settings(environ))


def test_the_first_token_is_shown() -> None:
    assert _credential(TOKENS="new,old", BASIC="a:b") == {"Authorization": "Bearer new"}


def test_else_basic() -> None:
    headers = _credential(BASIC="auth0:pass:wörd", HEADER="X-Key: v")
    assert headers is not None
    scheme, _, encoded = headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(encoded).decode() == "auth0:pass:wörd"


def test_else_the_custom_header() -> None:
    assert _credential(HEADER="X-Key: value 1") == {"X-Key": "value 1"}


def test_without_any_there_is_none() -> None:
    assert _credential() is None


async def _post_to(url: str, timeout_s: float = 30) -> None:
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        await post(session, Target(url, {"Authorization": "Bearer x"}), b"{}")


async def _refusal(url: str, timeout_s: float = 30) -> NotAccepted:
    with pytest.raises(NotAccepted) as refused:
        await _post_to(url, timeout_s)
    return refused.value


def _server(answer: web.Response) -> TestServer:
    async def handle(request: web.Request) -> web.Response:
        assert request.headers["Content-Type"] == "application/cloudevents+json"
        assert request.headers["Authorization"] == "Bearer x"
        return answer

    app = web.Application()
    app.router.add_post("/webhook", handle)
    return TestServer(app)


async def test_a_204_is_accepted() -> None:
    async with _server(web.Response(status=204)) as server:
        await _post_to(str(server.make_url("/webhook")))


@pytest.mark.parametrize(
    ("status", "said", "perhaps_kept"),
    [
        (401, "another credential than this command", False),
        (403, "in front of the service", False),
        (405, "the URL ends in /webhook", False),
        (413, "not what the webhook answers", False),
        (502, "is user-sync serve running?", True),
        (503, "can't keep events now (the disk is full)", True),
    ],
)
async def test_a_refusal_says_what_to_do(status: int, said: str, perhaps_kept: bool) -> None:
    async with _server(web.Response(status=status, text="the disk is full\n")) as server:
        refused = await _refusal(str(server.make_url("/webhook")))
    assert f"answers {status}: " in str(refused)
    assert said in str(refused)
    assert refused.perhaps_kept is perhaps_kept


async def test_a_wrong_path() -> None:
    async with _server(web.Response()) as server:
        assert "the URL ends in /webhook" in str(await _refusal(str(server.make_url("/"))))


async def test_a_redirect_is_not_followed_and_shown() -> None:
    moved = web.Response(status=301, headers={"Location": "https://elsewhere/webhook"})
    async with _server(moved) as server:
        refused = await _refusal(str(server.make_url("/webhook")))
    assert "use https://elsewhere/webhook itself" in str(refused)


async def test_nobody_listens(unused_tcp_port: int) -> None:
    refused = await _refusal(f"http://127.0.0.1:{unused_tcp_port}/webhook")
    assert "connection refused" in str(refused)
    assert "is user-sync serve running?" in str(refused)
    assert not refused.perhaps_kept


@pytest.mark.parametrize("url", ["webhook", "ftp://host/webhook", "http://"])
async def test_no_url(url: str) -> None:
    refused = await _refusal(url)
    assert "is no URL" in str(refused)
    assert not refused.perhaps_kept


async def test_no_such_host() -> None:
    refused = await _refusal("http://no-such-host.invalid/webhook")
    assert "no such host is known" in str(refused)


async def test_a_cut_connection_may_have_kept_it() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        refused = await _refusal(f"http://127.0.0.1:{port}/webhook")
    assert "closed the connection without an answer" in str(refused)
    assert refused.perhaps_kept


async def test_silence_may_have_kept_it() -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_post("/webhook", never)
    async with TestServer(app, shutdown_timeout=0) as server:
        refused = await _refusal(str(server.make_url("/webhook")), timeout_s=0.05)
    assert "did not answer in time" in str(refused)
    assert refused.perhaps_kept
