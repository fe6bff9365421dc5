"""OpenSearch goes away, or can't be written, while events keep coming.

No sender notices, `/healthz` tells why nothing is written, and when it is over everything
acknowledged is in the index.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import aiohttp
import pytest

from service.engine import Node
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.acceptance.site import Site
from tests.acceptance.traffic import Traffic
from tests.conftest import Engine
from tests.faulty_proxy import faulty_proxy
from tests.waiting import eventually


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that the tests of this module may stop and kill."""
    with Node.start(tmp_path_factory.mktemp("engine")) as node:
        yield node


@pytest.fixture
def node(own_node: Node) -> Node:
    """It runs at the start, whatever the last test left."""
    return own_node.boot()


async def acknowledges(traffic: Traffic, more: int) -> None:
    """Wait until so many more events were acknowledged."""
    enough = traffic.acknowledged + more

    async def so_many() -> bool:
        return traffic.acknowledged >= enough

    await eventually(so_many, what=f"{more} acknowledgements")


async def is_ready(service: Service) -> bool:
    """What a load balancer is told."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.public_url}/readyz") as reply,
    ):
        return reply.status == 200


async def test_the_engine_stops_and_starts_under_load(service: StartService, node: Node) -> None:
    site = Site(await service(opensearch_url=node.url))
    await site.well()
    async with site.traffic() as traffic:
        await acknowledges(traffic, 50)
        await asyncio.to_thread(node.stop)
        await site.tells("indexing", "no_answer")
        await site.tells("opensearch", "no answer")
        assert await is_ready(site.service)
        await acknowledges(traffic, 50)
        await asyncio.to_thread(node.boot)
        await acknowledges(traffic, 50)
    await site.recovered()
    assert traffic.answers.keys() == {204}


async def test_the_engine_is_killed_under_load(service: StartService, node: Node) -> None:
    """What it had acknowledged to us is in its own log; what it hadn't, we send again."""
    site = Site(await service(opensearch_url=node.url))
    await site.well()
    async with site.traffic() as traffic:
        await acknowledges(traffic, 100)
        await asyncio.to_thread(node.kill)
        await site.tells("indexing", "no_answer")
        await asyncio.to_thread(node.boot)
    await site.recovered()
    assert traffic.answers.keys() == {204}


async def test_serve_starts_while_the_engine_is_away(service: StartService, node: Node) -> None:
    """Twice, the second time after a kill: nothing that waited is lost, no hand is needed."""
    await asyncio.to_thread(node.stop)
    site = Site(await service(opensearch_url=node.url))
    async with site.traffic() as traffic:
        await site.tells("bootstrap", "ConnectionError")
        await site.tells("indexing", "bootstrapped")
        await site.tells("opensearch", "no answer")
        assert await is_ready(site.service)
        await acknowledges(traffic, 50)
    await site.service.kill()
    await site.service.start()
    async with site.traffic() as later:
        await acknowledges(later, 50)
        await asyncio.to_thread(node.boot)
    await site.recovered()
    assert traffic.answers.keys() == later.answers.keys() == {204}


async def test_of_two_nodes_one_goes_away(service: StartService, engine: Engine) -> None:
    """The other is asked from then on."""
    with ExitStack() as node:
        first = node.enter_context(faulty_proxy(engine.url))
        site = Site(await service(OPENSEARCH_URL=f"{first.url},{engine.url}"))
        await site.well()
        async with site.traffic() as traffic:
            await acknowledges(traffic, 50)
            assert first.bulks > 0
            await asyncio.to_thread(node.close)
            await acknowledges(traffic, 50)
            await site.well()
        await site.recovered()
    assert traffic.answers.keys() == {204}


async def test_a_disk_watermark_block(service: StartService) -> None:
    """Writes are refused item by item, until somebody frees disk and OpenSearch lifts the block."""
    site = Site(await service())
    await site.well()
    async with site.traffic() as traffic:
        await acknowledges(traffic, 20)
        block = {"index.blocks.read_only_allow_delete": True}
        await site.service.engine("PUT", f"/{site.service.index}/_settings", block)
        await site.tells("indexing", "cluster_block_exception")
        await site.tells("opensearch", "flood-stage watermark")
        await acknowledges(traffic, 20)
        lifted = {"index.blocks.read_only_allow_delete": None}
        await site.service.engine("PUT", f"/{site.service.index}/_settings", lifted)
    await site.recovered()
    assert traffic.answers.keys() == {204}


async def test_a_missing_alias(service: StartService) -> None:
    """Nothing is written elsewhere meanwhile; `user-sync bootstrap` puts it back."""
    site = Site(await service())
    await site.well()
    one = site.service
    async with site.traffic() as traffic:
        await acknowledges(traffic, 20)
        gone = {"remove": {"index": f"{one.index}-000001", "alias": f"{one.index}-write"}}
        await one.engine("POST", "/_aliases", {"actions": [gone]})
        await site.tells("indexing", "index_not_found_exception")
        await site.tells("opensearch", f"{one.index}-write")
        await acknowledges(traffic, 20)
        result = await one.user_sync("bootstrap")
        assert result.code == 0, result.err
    await site.recovered()
    assert traffic.answers.keys() == {204}
