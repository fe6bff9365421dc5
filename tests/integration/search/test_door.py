"""Who may ask, what a wrong question is told, and what an engine that doesn't answer looks like."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from service.doors.problems import Problem, ProblemType
from service.index.aliases import aliases_of_new_index
from service.index.connection import connect_for_bytes
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.observability.metrics import Metrics
from service.search.app import search_app
from service.search.export import Exports
from service.search.options import SearchOptions
from tests.integration.search.conftest import TOKEN, Api, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
@pytest.mark.parametrize("path", ["/users", "/users/x", "/openapi.json", "/nothing", "/lookup"])
async def test_without_a_token_nothing_is_told(api: Api, header: str, path: str) -> None:
    status, headers, body = await api.request("GET", path, headers={"Authorization": header})
    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Bearer")
    assert json.loads(body)["type"].endswith(":unauthorized")


async def test_there_are_no_cors_headers(api: Api) -> None:
    _, headers, _ = await api.request("GET", "/users", headers={"Origin": "https://evil.example"})
    assert not [name for name in headers if name.lower().startswith("access-control")]
    status, headers, _ = await api.request(
        "OPTIONS",
        "/users",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
    )
    assert status == 405


async def test_without_tokens_the_api_is_off(api: Api) -> None:
    connection = connect_for_bytes(OpenSearchOptions())
    app = web.Application()
    app.add_subapp("/api/v1", search_app(connection, api.names, SearchOptions(), Metrics()))
    async with (
        TestServer(app) as server,
        api.session.get(server.make_url("/api/v1/users")) as reply,
    ):
        assert reply.status == 404
        assert "USER_SYNC_SEARCH_TOKENS" in await reply.text()


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "１０"}, "limit"),
        ({"fliter": "blocked=true"}, "fliter"),
        ({"q": "x" * 257}, "q"),
        ({"sort": "nothing"}, "sort"),
        ({"sort": "name,name"}, "sort"),
        ({"sort": "name,-name"}, "sort"),
        ({"sort": ""}, "sort"),
        ({"sort": "identities.connection"}, "sort"),
        ({"sort": "name,email,user_id,username"}, "sort"),
        ({"fields": "password"}, "fields"),
        ({"fields": "*"}, "fields"),
        ({"fields": "app_metadata.*"}, "fields"),
        ({"facets": "user_id"}, "facets"),
        ({"facets": "blocked,blocked"}, "facets"),
        ({"highlight": "1"}, "highlight"),
        ({"total": "maybe"}, "total"),
        ({"filter": "deleted_at>=2020-01-01"}, "filter"),
    ],
)
async def test_wrong_parameters_are_named(api: Api, parameters: dict[str, str], named: str) -> None:
    assert (await api.problem(400, **parameters))["parameter"] == named


async def test_a_parameter_given_twice_is_refused(api: Api) -> None:
    status, _, _ = await api.request("GET", "/users", params=[("q", "a"), ("q", "b")])
    assert status == 400


@pytest.mark.parametrize("value", ["%FF", "a%C3", "%ED%A0%80", "a+%FFb"])
@pytest.mark.parametrize(
    ("path", "named"), [("/users?limit=1&q=", "q"), ("/users/x?fields=", "fields")]
)
async def test_what_is_not_utf_8_is_refused(api: Api, value: str, path: str, named: str) -> None:
    url = URL(api.url + path + value, encoded=True)
    async with api.session.get(url) as reply:
        problem = await reply.json(content_type=None)
    assert (reply.status, problem["parameter"]) == (400, named)
    assert "UTF-8" in problem["detail"]


async def test_unknown_paths_and_methods_are_problems(api: Api) -> None:
    assert (await api.problem(404, "/nothing"))["type"].endswith(":not-found")
    status, headers, body = await api.request("DELETE", "/users")
    assert (status, headers["Allow"]) == (405, "GET,HEAD")
    assert json.loads(body)["type"].endswith(":method-not-allowed")


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize(("query", "status"), [("", b"200"), ("?limit=0", b"400")])
async def test_a_head_is_answered_without_a_body(
    api: Api, accept: str, query: str, status: bytes
) -> None:
    url = URL(api.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    lines = ("Host: x", f"Authorization: Bearer {TOKEN}", f"Accept: {accept}", "", "")
    for ending in ("", "Connection: close\r\n"):
        request = f"HEAD /api/v1/users{query} HTTP/1.1\r\n{ending}" + "\r\n".join(lines)
        writer.write(request.encode())
    try:
        async with asyncio.timeout(10):
            answers = await reader.read()
    finally:
        writer.close()
    first, second, rest = answers.split(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 " + status)
    assert second.startswith(b"HTTP/1.1 " + status)
    assert rest == b""


async def test_searches_are_counted_and_timed_and_never_logged(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api.find("Secretname secret@example.com", filter="app_metadata.secret=1")
    await api.problem(400, filter="secret(")
    exposition = api.metrics.expose()[0].decode()
    assert 'user_sync_searches_total{kind="search",outcome="ok"}' in exposition
    assert 'user_sync_searches_total{kind="search",outcome="invalid-filter"}' in exposition
    assert 'user_sync_search_seconds_bucket{kind="search"' in exposition
    assert "secret" not in (caplog.text + exposition).lower()


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Accepts connections and never says a word."""
    gone = asyncio.Event()

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        gone.set()
        server.close()
        await server.wait_closed()


REQUESTS = (
    ("GET", "/users", None, ""),
    ("GET", "/users", None, "application/x-ndjson"),
    ("GET", "/users/x", None, ""),
    ("POST", "/lookup", {"ids": ["x"]}, ""),
    ("POST", "/lookup", {"emails": ["x"]}, ""),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed(api: Api) -> AsyncIterator[IndexNames]:
    """An index that somebody has closed, as for restoring it from a snapshot."""
    names = IndexNames("t-closed")
    made = {"aliases": aliases_of_new_index(names)}
    await api.client.indices.create(index=names.first, body=made)
    await api.client.indices.close(index=names.first)
    yield names
    await api.client.indices.delete(index=names.first)


@pytest.mark.parametrize(("method", "path", "body", "accept"), REQUESTS)
@pytest.mark.parametrize("state", ["absent", "silent", "without an index", "with a closed one"])
async def test_an_engine_that_cannot_answer_is_a_prompt_503(
    api: Api, closed: IndexNames, method: str, path: str, body: object, accept: str, state: str
) -> None:
    options = SearchOptions(tokens=[TOKEN], engine_timeout_s=0.1, request_timeout_s=0.3)
    async with silent_server() as silent:
        urls = {"absent": "http://127.0.0.1:1", "silent": silent}
        url = urls.get(state, api.engine_url)
        names = closed if state == "with a closed one" else IndexNames("t-there-is-none")
        async for broken in serving(url, names, options):
            begun = time.monotonic()
            status, headers, answer = await broken.request(
                method, path, json=body, headers={"Accept": accept or "application/json"}
            )
            took = time.monotonic() - begun
    assert status == 503, answer
    assert headers["Content-Type"] == "application/problem+json"
    assert int(headers["Retry-After"]) >= 1
    slow = state == "silent"
    assert json.loads(answer)["type"].endswith(":engine-slow" if slow else ":engine-unavailable")
    assert took < 2


async def test_only_so_many_exports_run_at_once(api: Api) -> None:
    options = SearchOptions(tokens=[TOKEN], exports=0)
    async for full in serving(api.engine_url, api.names, options):
        status, headers, body = await full.request(
            "GET", "/users", headers={"Accept": "application/x-ndjson"}
        )
    assert (status, headers["Retry-After"]) == (503, "10")
    assert json.loads(body)["type"].endswith(":too-many-exports")


async def test_an_export_that_cannot_go_on_is_told_in_a_sentence(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> AsyncIterator[bytes]:
        yield b"{}\n"
        raise Problem(ProblemType.ENGINE_UNAVAILABLE)

    monkeypatch.setattr(Exports, "chunks", broken)
    with pytest.raises(aiohttp.ClientError):
        await api.request("GET", "/users", headers={"Accept": "application/x-ndjson"})
    assert "an export can't be finished: OpenSearch can't answer at the moment" in caplog.messages
