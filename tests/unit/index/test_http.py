"""Requests over real sockets: what is sent, and how each failure comes out.

The servers here are proxies and strangers, not OpenSearch: they send what OpenSearch wouldn't.
"""

import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthorizationException,
    ConnectionTimeout,
    RequestError,
    SerializationError,
    SSLError,
    TransportError,
)
from opensearchpy.exceptions import (
    ConnectionError as OpenSearchConnectionError,
)
from yarl import URL

from service.index import http
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.index.reason import named
from service.index.state import index_state
from service.index.unexpected import UnexpectedAnswer
from tests.unit.index.servers import Handler, answer, serving


@asynccontextmanager
async def client_of(
    handler: Handler, *, prefix: str = "", timeout_seconds: float = 10.0
) -> AsyncIterator[AsyncOpenSearch]:
    async with serving(handler) as address:
        options = OpenSearchOptions(
            url=f"http://u:p@{address}{prefix}", timeout_seconds=timeout_seconds
        )
        client = connect(options)
        try:
            yield client
        finally:
            await client.close()


async def test_a_bulk_body_arrives_as_given_however_large() -> None:
    body = b'{"index":{"_id":"\xc3\xa9"}}\n' + b"x" * 3_000_000
    seen: list[tuple[str, str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append((headers["content-type"], headers["authorization"], await request.read()))
        return web.json_response({"items": []})

    async with client_of(handler) as client:
        headers = {"content-type": "application/x-ndjson"}
        await client.transport.perform_request("POST", "/a/_bulk", body=body, headers=headers)
    assert seen == [("application/x-ndjson", "Basic dTpw", body)]


@pytest.mark.parametrize("user_id", ["..", "auth0|a b", "../_all", "a/b?c=d#e", "é%2F"])
async def test_ids_in_paths_arrive_as_they_are(user_id: str) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({})

    async with client_of(handler, prefix="/behind/") as client:
        await client.get(index="u", id=user_id, params={"_source": "true", "realtime": True})
    path = seen[0].partition("?")[0]
    assert path.startswith("/behind/u/_doc/")
    assert path.count("/") == 4
    assert seen[0].endswith("?_source=true&realtime=true")


@pytest.mark.parametrize("host", ["[::1]:9200", "[::1]", "engine.example:9200", "engine.example"])
def test_an_address_is_used_as_it_was_given(host: str) -> None:
    base = URL(f"http://{host}/behind")
    assert str(http.target_of(base, "/..", None)) == f"http://{host}/behind/.."


async def test_an_index_may_have_letters_of_any_script() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({})

    async with client_of(handler) as client:
        await client.transport.perform_request("POST", "/müller-write/_bulk?timeout=1s")
        await client.indices.exists_alias(name="müller-write")
    assert [path.count("/m%C3%BCller-write") for path in seen] == [1, 1]


async def test_an_error_is_opensearch_pys_exception_with_the_parsed_body() -> None:
    body = '{"error":{"type":"mapper_parsing_exception","reason":"r"},"status":400}'
    async with client_of(answer(body, 400)) as client:
        with pytest.raises(RequestError) as caught:
            await client.info()
    assert caught.value.error == "mapper_parsing_exception"
    assert isinstance(caught.value.info, dict)
    assert caught.value.info["error"]["reason"] == "r"


@pytest.mark.parametrize("body", ["<html>denied</html>", '["denied"]', "", '{"error":"denied"}'])
async def test_an_error_in_any_shape_is_one(body: str) -> None:
    async with client_of(answer(body, 403, "text/html")) as client:
        with pytest.raises(AuthorizationException) as caught:
            await client.info()
    assert caught.value.status_code == 403


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE HTML>\n<head>\n<title>\nBad  Gateway</title><p>x", "Bad Gateway"),
        ("<html><body><h1>Request</h1>blocked</body></html>", "Request blocked"),
        ("upstream gave up\n", "upstream gave up"),
        ("<", ""),
    ],
)
async def test_of_a_page_its_words_are_told(body: str, words: str) -> None:
    async with client_of(answer(body, 502, "text/html")) as client:
        with pytest.raises(TransportError) as caught:
            await client.info()
    assert caught.value.error == words


async def test_a_redirect_is_not_followed() -> None:
    async with client_of(answer("", 302)) as client:
        with pytest.raises(TransportError) as caught:
            await client.info()
    assert caught.value.status_code == 302


async def test_an_answer_cut_in_half_is_no_answer() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        response.content_type = "application/json"
        await response.prepare(request)
        await response.write(b'{"items":[')
        assert request.transport is not None
        request.transport.close()
        return response

    async with client_of(handler) as client:
        with pytest.raises(OpenSearchConnectionError):
            await client.info()


@pytest.mark.parametrize(
    ("body", "content_type"), [('{"items":[', "application/json"), ("<p>", "text/html")]
)
async def test_an_answer_that_is_not_json_is_unreadable(body: str, content_type: str) -> None:
    async with client_of(answer(body, 200, content_type)) as client:
        with pytest.raises(SerializationError):
            await client.info()


async def test_no_answer_in_time() -> None:
    stop = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        await stop.wait()
        return web.Response()

    async with client_of(handler, timeout_seconds=0.05) as client:
        with pytest.raises(ConnectionTimeout):
            await client.info()
        stop.set()


async def test_nobody_listens() -> None:
    client = connect(OpenSearchOptions(url="http://127.0.0.1:1"))
    with pytest.raises(OpenSearchConnectionError):
        await client.info()
    await client.close()


async def test_a_head_request_answers_yes_or_no() -> None:
    async with client_of(answer("", 404)) as client:
        assert not await client.indices.exists(index="a")
    async with client_of(answer("", 200)) as client:
        assert await client.indices.exists(index="a")


async def test_a_closed_client_opens_anew() -> None:
    async with client_of(answer("{}")) as client:
        await client.info()
        await client.close()
        assert await client.info() == {}


async def test_nothing_of_requests_or_answers_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with client_of(answer('{"error":{"type":"secret-answer"}}', 500)) as client:
        with pytest.raises(TransportError):
            await client.index(index="u", id="secret-id", body={"name": "secret-body"})
    assert "secret" not in caplog.text


async def test_the_engines_notes_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: web.Request) -> web.Response:
        note = '299 OpenSearch-3.8.0 "[types removal] is deprecated"'
        return web.json_response({}, headers={"warning": note})

    async with client_of(handler) as client:
        await client.info()
        await client.info()
    assert caplog.text.count("types removal") == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, its key in the same file."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        (
            f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem "
            "-out certificate.pem -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
        ).split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    return certificate


async def test_a_certificate_is_trusted_by_its_ca_file_and_not_without(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with serving(answer("{}"), context) as address:
        url = f"https://{address}"
        trusting = connect(OpenSearchOptions(url=url, ca_file=certificate))
        assert await trusting.info() == {}
        await trusting.close()
        strict = connect(OpenSearchOptions(url=url))
        with pytest.raises(SSLError) as caught:
            await strict.info()
        assert named(caught.value) == "the certificate can't be verified: self-signed certificate"
        state = await index_state(strict, IndexNames("users"))
        assert "certificate can't be verified (self-signed certificate)" in state.problem
        assert "USER_SYNC_OPENSEARCH_CA_FILE" in state.advice
        await strict.close()


async def test_tls_spoken_to_a_plain_port_is_told() -> None:
    async with serving(answer("{}")) as address:
        hasty = connect(OpenSearchOptions(url=f"https://{address}"))
        state = await index_state(hasty, IndexNames("users"))
        assert "agree on TLS" in state.problem
        assert "begin with http://" in state.advice
        await hasty.close()


def stream(megabytes: int) -> Handler:
    """An answer that doesn't say how long it is."""

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"a":"')
        for _ in range(megabytes):
            await response.write(b"x" * 1_000_000)
        await response.write(b'"}')
        return response

    return handler


async def test_an_answer_without_an_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else at OpenSearch's address, a log that is followed say, filled the memory."""
    monkeypatch.setattr(http, "_LONGEST_UNTOLD", 3_000_000)
    async with client_of(stream(2)) as client:
        whole = await client.transport.perform_request("GET", "/")
        assert len(whole["a"]) == 2_000_000
    async with client_of(stream(100_000)) as client:
        async with asyncio.timeout(5):
            with pytest.raises(UnexpectedAnswer):
                await client.transport.perform_request("GET", "/")
