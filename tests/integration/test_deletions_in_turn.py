"""Real deletions, which OpenSearch forgets: an older state must not be written after one.

Something on the way holds a user's update up for longer than OpenSearch remembers the deletion that
comes behind it, while everything else passes.
"""

import asyncio

import pytest
from opensearchpy import AsyncOpenSearch

from service.documents.document import DeletionMode
from service.index.names import IndexNames
from tests.faulty_proxy import Answer, FaultyProxy, Misbehaviour, RefuseItems
from tests.integration.conftest import Pipeline, sources
from tests.integration.test_indexer import Start, event
from tests.waiting import eventually

USERS = [f"auth0|{number}" for number in range(8)]
LARGE = "x" * 10_000


REFUSED = RefuseItems(
    lambda _: True,
    {"status": 429, "error": {"type": "opensearch_rejected_execution_exception", "reason": "full"}},
)


def hold_up_large(proxy: FaultyProxy, way: Misbehaviour) -> None:
    """No request with a large document passes."""
    proxy.heal()
    proxy.fault = lambda request: way if request.is_bulk and request.size > len(LARGE) else None


@pytest.fixture
async def running(
    through_proxy: AsyncOpenSearch, client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> Pipeline:
    await client.indices.put_settings(index=names.first, body={"index.gc_deletes": "0s"})
    return await pipeline(
        through_proxy, deletion_mode=DeletionMode.DELETE, in_flight=2, retry_max_seconds=0.3
    )


@pytest.mark.parametrize("refused_before", [False, True], ids=["in the flow", "set aside"])
async def test_an_update_that_is_held_up_is_not_written_after_the_deletion(
    client: AsyncOpenSearch,
    names: IndexNames,
    proxy: FaultyProxy,
    running: Pipeline,
    refused_before: bool,
) -> None:
    async def held_up() -> bool:
        return proxy.met >= 2

    hold_up_large(proxy, REFUSED if refused_before else Answer(503))
    await running.feed([event(user, 10, name=LARGE) for user in USERS])
    await eventually(held_up)
    hold_up_large(proxy, Answer(503))
    await eventually(held_up)
    await running.feed(
        [event("auth0|another", 10), *(event(user, 20, type_="user.deleted") for user in USERS)]
    )

    async def passed() -> bool:
        return set(await sources(client, names.readers)) == {"auth0|another"}

    await eventually(passed)
    for second in range(11, 14):  # OpenSearch forgets with the refreshes of what comes later
        await asyncio.sleep(0.3)
        await running.feed([event("auth0|another", second)])
        await client.indices.refresh(index=names.writers)
    proxy.heal()
    await running.drained()
    await asyncio.sleep(1)  # longer than the longest pause between two tries
    assert await passed()
    books = running.journal.accounting()
    assert (books.dead_letters, sum(books.received.values())) == (0, 2 * len(USERS) + 4)
