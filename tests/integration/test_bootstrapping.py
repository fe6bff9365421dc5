"""The bootstrap that `serve` does in the background."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.wiring.bootstrapping import Bootstrapping
from tests.integration.conftest import eventually


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
