"""The search API over an index of a few thousand users; each module has them for itself."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from opensearchpy import AsyncOpenSearch

from service.index.bootstrap import bootstrap
from service.index.connection import connect, connect_for_bytes
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.observability.metrics import Metrics
from service.search.app import LONGEST_REQUEST_LINE, search_app
from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.directory import directory

TOKEN = "search-token"
USERS = 3_000


class Api:
    """The API as a client has it, and the index behind."""

    def __init__(
        self, url: str, client: AsyncOpenSearch, names: IndexNames, engine_url: str
    ) -> None:
        self.url = url
        self.engine_url = engine_url
        self.client = client
        self.names = names
        self.metrics = Metrics()
        self.session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"})

    async def request(
        self, method: str, path: str, **how: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body."""
        async with self.session.request(method, self.url + path, **how) as reply:
            return reply.status, reply.headers, await reply.read()

    async def get(self, path: str, *pairs: tuple[str, str], **parameters: str) -> Any:
        """The JSON of a 200."""
        status, _, body = await self.request("GET", path, params=[*pairs, *parameters.items()])
        assert status == 200, body
        return json.loads(body)

    async def find(self, q: str, *pairs: tuple[str, str], **parameters: str) -> Any:
        """A search's answer."""
        return await self.get("/users", ("q", q), *pairs, **parameters)

    async def names_of(self, q: str, **parameters: str) -> list[str]:
        """What is found, by name, in order."""
        return [user.get("name", "") for user in (await self.find(q, **parameters))["users"]]

    async def keys_of(self, q: str) -> list[str]:
        """Who is found, by the key of `person`, in order."""
        return [user_id.split("|")[1] for user_id in ids((await self.find(q))["users"])]

    async def problem(self, status: int, path: str = "/users", **parameters: str) -> Any:
        """The problem that a request ends in."""
        got, headers, body = await self.request("GET", path, params=parameters)
        assert got == status, body
        assert headers["Content-Type"] == "application/problem+json"
        return json.loads(body)

    async def problem_of_export(self, **parameters: str) -> Any:
        """A 400 in place of an export."""
        status, _, body = await self.request(
            "GET", "/users", params=parameters, headers={"Accept": "application/x-ndjson"}
        )
        assert status == 400, body
        return json.loads(body)


async def index(
    client: AsyncOpenSearch,
    alias: str,
    sources: Iterable[Mapping[str, Any]],
    *,
    version: int | None = None,
) -> None:
    """Write documents by their user_id, as the indexer would, and refresh."""
    lines: list[bytes] = []
    for source in sources:
        action = {
            "_id": source["user_id"],
            "version": version or time.time_ns(),
            "version_type": "external",
        }
        lines += [orjson.dumps({"index": action}), orjson.dumps(source)]
    body = b"".join(line + b"\n" for line in lines)
    answer = await client.bulk(body=body, index=alias, params={"refresh": "true"})
    assert not answer["errors"], answer


async def serving(engine_url: str, names: IndexNames, options: SearchOptions) -> AsyncIterator[Api]:
    """The API over what is behind the names."""
    client = connect(OpenSearchOptions(url=engine_url))
    connection = connect_for_bytes(OpenSearchOptions(url=engine_url, pool_size=64))
    metrics = Metrics()
    app = web.Application()
    app.add_subapp("/api/v1", search_app(connection, names, options, metrics))
    server = TestServer(app)
    await server.start_server(max_line_size=LONGEST_REQUEST_LINE)
    api = Api(str(server.make_url("/api/v1")), client, names, engine_url)
    api.metrics = metrics
    try:
        yield api
    finally:
        await api.session.close()
        await server.close()
        await client.close()
        await connection.close()


@asynccontextmanager
async def bootstrapped(engine: Engine) -> AsyncIterator[tuple[AsyncOpenSearch, IndexNames]]:
    """An index of its own, gone in the end."""
    names = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    client = connect(OpenSearchOptions(url=engine.url))
    await bootstrap(client, names)
    try:
        yield client, names
    finally:
        await client.indices.delete(index=names.pattern)
        await client.indices.delete_index_template(name=names.template)
        await client.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(engine: Engine) -> AsyncIterator[Api]:
    """Over the generated directory; a test may add users of its own, and changes no other's."""
    async with bootstrapped(engine) as (client, names):
        await index(client, names.writers, directory(USERS))
        async for one in serving(engine.url, names, SearchOptions(tokens=[TOKEN])):
            yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(request: pytest.FixtureRequest, api: Api) -> Api:
    """The same, and the PEOPLE of the test's module."""
    await index(api.client, api.names.writers, request.module.PEOPLE)
    return api


def ids(users: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whose they are."""
    return [user["user_id"] for user in users]
