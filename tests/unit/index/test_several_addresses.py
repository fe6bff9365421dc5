"""Several nodes of one cluster: while one is away, requests go to the next."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    ConnectionError as OpenSearchConnectionError,
)
from opensearchpy.exceptions import (
    TransportError,
)

from service.index.connection import connect
from service.index.options import OpenSearchOptions
from tests.unit.index.servers import Handler, serving

NOBODY = "127.0.0.1:9"


class Cluster:
    """Nodes that count what they are asked; `failing` are those that do so."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.fail: Callable[[web.Request], web.Response] = hang_up
        self.failing: set[str] = set()

    def node(self, name: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            self.asked[name] += 1
            return self.fail(request) if name in self.failing else web.json_response({})

        return handler

    @asynccontextmanager
    async def client(self, *nodes: str) -> AsyncIterator[AsyncOpenSearch]:
        """A client of these nodes; nobody listens at "away"."""
        async with AsyncExitStack() as stack:
            addresses = [
                NOBODY
                if name == "away"
                else await stack.enter_async_context(serving(self.node(name)))
                for name in nodes
            ]
            options = OpenSearchOptions(url=",".join(f"http://{address}" for address in addresses))
            client = connect(options)
            stack.push_async_callback(client.close)
            yield client


def hang_up(request: web.Request) -> web.Response:
    """The node ends, with the request in its hands."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def write(client: AsyncOpenSearch) -> None:
    """Not a GET: those aiohttp itself repeats when the connection closes."""
    await client.transport.perform_request("POST", "/_bulk", body=b"")


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


async def test_a_node_that_cannot_be_reached_is_passed_over_at_once(cluster: Cluster) -> None:
    async with cluster.client("away", "one", "two") as client:
        for _ in range(3):
            await write(client)
    assert cluster.asked == {"one": 3}


async def test_when_none_can_be_reached_that_is_the_error() -> None:
    client = connect(OpenSearchOptions(url=f"http://{NOBODY},http://127.0.0.1:10"))
    with pytest.raises(OpenSearchConnectionError):
        await write(client)
    await client.close()


async def test_a_request_that_may_have_been_carried_out_is_not_sent_twice(cluster: Cluster) -> None:
    cluster.failing = {"one"}
    async with cluster.client("one", "two") as client:
        with pytest.raises(OpenSearchConnectionError):
            await write(client)
        assert cluster.asked == {"one": 1}
        await write(client)
        await write(client)
    assert cluster.asked == {"one": 1, "two": 2}


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_node_that_has_lost_its_cluster_is_not_asked_again(
    cluster: Cluster, status: int
) -> None:
    cluster.failing = {"one"}
    cluster.fail = lambda _: web.json_response({}, status=status)
    async with cluster.client("one", "two") as client:
        with pytest.raises(TransportError):
            await write(client)
        await write(client)
    assert cluster.asked == {"one": 1, "two": 1}


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
async def test_an_answer_to_the_request_is_no_reason_to_go_elsewhere(
    cluster: Cluster, status: int
) -> None:
    cluster.failing = {"one"}
    cluster.fail = lambda _: web.json_response({}, status=status)
    async with cluster.client("one", "two") as client:
        for _ in range(2):
            with pytest.raises(TransportError):
                await write(client)
    assert cluster.asked == {"one": 2}


async def test_requests_that_fail_together_turn_from_the_node_once(cluster: Cluster) -> None:
    cluster.failing = {"one"}
    async with cluster.client("one", "two", "three") as client:
        await asyncio.gather(*(write(client) for _ in range(4)), return_exceptions=True)
        await write(client)
    assert cluster.asked == {"one": 4, "two": 1}


async def test_after_the_last_the_first_is_asked_again(cluster: Cluster) -> None:
    cluster.failing = {"one", "two"}
    async with cluster.client("one", "two") as client:
        for _ in range(2):
            with pytest.raises(OpenSearchConnectionError):
                await write(client)
        cluster.failing = set()
        await write(client)
    assert cluster.asked == {"one": 2, "two": 1}
