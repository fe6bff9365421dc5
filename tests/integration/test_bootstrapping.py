"""The bootstrap that `serve` does in the background."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.wiring.bootstrapping import Bootstrapping
from tests.faulty_proxy import Answer, FaultyProxy, HangUp, Request
from tests.integration.conftest import sources
from tests.integration.test_indexer import Start, event
from tests.waiting import eventually


@pytest.fixture
async def taken(client: AsyncOpenSearch) -> AsyncIterator[IndexNames]:
    """A stranger's index has the readers' name."""
    names = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    await client.indices.create(index=names.readers)
    yield names
    for index in (names.readers, names.pattern):
        await client.indices.delete(index=index, ignore_unavailable=True)
    await client.indices.delete_index_template(name=names.template, params={"ignore": 404})
    components = names.component("*")
    await client.cluster.delete_component_template(name=components, params={"ignore": 404})


async def test_a_refusal_is_over_when_a_person_has_acted(
    client: AsyncOpenSearch, taken: IndexNames, caplog: pytest.LogCaptureFixture
) -> None:
    """Indexing isn't held up by it, and nobody has to start the service again."""
    bootstrapping = Bootstrapping(client, taken, wanted=True, again_after_s=0.05)
    running = asyncio.create_task(bootstrapping.run())
    async with asyncio.timeout(10):
        await bootstrapping.done.wait()
    assert taken.readers in bootstrapping.problem

    await client.indices.delete(index=taken.readers)

    async def over() -> bool:
        return not bootstrapping.problem

    await eventually(over)
    await running
    assert await client.indices.exists_alias(name=taken.writers)
    refusals = [r for r in caplog.records if r.__dict__.get("action") == "bootstrap_refused"]
    assert len(refusals) == 1


async def refused(
    client: AsyncOpenSearch, names: IndexNames
) -> tuple[Bootstrapping, asyncio.Task[None]]:
    """A bootstrapping that no longer waits, and tries again soon."""
    bootstrapping = Bootstrapping(client, names, wanted=True, again_after_s=0.05)
    running = asyncio.create_task(bootstrapping.run())
    async with asyncio.timeout(10):
        await bootstrapping.done.wait()
    return bootstrapping, running


async def test_a_lasting_refusal_of_opensearch_holds_nothing_up(
    names: IndexNames,
    proxy: FaultyProxy,
    through_proxy: AsyncOpenSearch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A role without the right to templates: the index is complete and is used."""
    reason = b'{"error": {"type": "security_exception", "reason": "no permissions for templates"}}'
    proxy.fault = lambda request: Answer(403, reason) if "_template" in request.path else None
    bootstrapping, running = await refused(through_proxy, names)
    assert "no permissions for templates" in bootstrapping.problem
    assert "USER_SYNC_BOOTSTRAP=off" in bootstrapping.problem
    assert "no permissions for templates" in caplog.text

    proxy.heal()
    async with asyncio.timeout(10):
        await running
    assert not bootstrapping.problem


async def test_a_block_on_the_cluster_is_told_as_one(
    names: IndexNames, proxy: FaultyProxy, through_proxy: AsyncOpenSearch
) -> None:
    reason = b'{"error": {"type": "cluster_block_exception", "reason": "cluster read-only (api)"}}'
    proxy.fault = lambda request: Answer(403, reason)
    bootstrapping, running = await refused(through_proxy, names)
    assert "cluster read-only (api)" in bootstrapping.problem
    assert "Lift the block" in bootstrapping.problem
    proxy.heal()
    async with asyncio.timeout(10):
        await running


async def test_what_may_pass_is_waited_for_and_named(
    names: IndexNames, proxy: FaultyProxy, through_proxy: AsyncOpenSearch
) -> None:
    reason = b'{"error": {"type": "x", "reason": "not initialised"}}'
    proxy.fault = lambda request: Answer(503, reason)
    bootstrapping = Bootstrapping(through_proxy, names, wanted=True)
    running = asyncio.create_task(bootstrapping.run())

    async def told() -> bool:
        return "(503: not initialised)" in bootstrapping.problem

    await eventually(told)
    assert not bootstrapping.done.is_set()
    proxy.heal()
    async with asyncio.timeout(20):
        await running
    assert bootstrapping.done.is_set()


async def test_an_index_that_opensearch_refuses_to_make_holds_the_events(
    client: AsyncOpenSearch,
    taken: IndexNames,
    proxy: FaultyProxy,
    through_proxy: AsyncOpenSearch,
    pipeline: Start,
) -> None:
    """As with a limit of shards: nothing is lost, and all goes on when the limit is raised."""
    await client.indices.delete(index=taken.readers)
    reason = b'{"error": {"type": "validation_exception", "reason": "maximum shards open"}}'
    proxy.fault = lambda r: Answer(400, reason) if r.path.startswith(f"/{taken.first}") else None
    bootstrapping = Bootstrapping(through_proxy, taken, wanted=True, again_after_s=0.05)
    running = asyncio.create_task(bootstrapping.run())
    async with asyncio.timeout(10):
        await bootstrapping.done.wait()
    assert "(400: maximum shards open)" in bootstrapping.problem
    flow = await pipeline(names=taken)
    await flow.feed([event("auth0|1", 1)])

    async def held() -> bool:
        return bool(flow.indexer.troubles())

    await eventually(held)
    proxy.heal()
    async with asyncio.timeout(10):
        await running
    await flow.drained()
    assert (await sources(client, taken.writers)).keys() == {"auth0|1"}


async def test_that_an_index_is_made_is_told_though_the_answer_is_lost(
    fresh: IndexNames, proxy: FaultyProxy, through_proxy: AsyncOpenSearch
) -> None:
    """The next try finds the index, and nothing would tell that it is a new one."""
    told: list[int] = []

    def fault(asked: Request) -> HangUp | None:
        lost = asked.method == "PUT" and asked.path.startswith(f"/{fresh.first}") and not proxy.met
        return HangUp(forwarded=True) if lost else None

    async def creating() -> None:
        told.append(proxy.met)

    proxy.fault = fault
    async with asyncio.timeout(30):
        await Bootstrapping(through_proxy, fresh, wanted=True, creating=creating).run()
    assert told == [0]
    assert proxy.met == 1
