"""Moving to a new index, as the README tells it, loses nothing while events keep coming."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from opensearchpy import AsyncOpenSearch

from service.index.aliases import READERS_FILTER
from service.index.bootstrap import bootstrap
from service.index.names import IndexNames
from tests.integration.conftest import Pipeline, eventually, sources

Start = Callable[..., Awaitable[Pipeline]]

USERS = 300
DELETED_EVERY = 7


def event(number: int, moment: int) -> bytes:
    """The moment-th event of a user: the 7th user, the 14th … are deleted by every third."""
    deleted = number % DELETED_EVERY == 0 and moment % 3 == 2
    return json.dumps(
        {
            "specversion": "1.0",
            "type": "user.deleted" if deleted else "user.updated",
            "source": "urn:auth0:example",
            "id": f"evt_{number}_{moment}",
            "time": f"2026-03-01T{moment // 3600:02}:{moment // 60 % 60:02}:{moment % 60:02}.000Z",
            "a0tenant": "my-tenant",
            "data": {"object": {"user_id": f"auth0|{number}", "name": f"name {moment}"}},
        }
    ).encode()


async def copy(client: AsyncOpenSearch, old: str, new: str) -> int:
    """One pass; how many documents it brought."""
    await client.indices.refresh(index=old)
    answer = await client.reindex(
        body={
            "conflicts": "proceed",
            "source": {"index": old},
            "dest": {"index": new, "version_type": "external"},
        },
        params={"refresh": "true"},
    )
    assert not answer["failures"]
    return int(answer["created"] + answer["updated"])


async def switch(client: AsyncOpenSearch, names: IndexNames, old: str, new: str) -> None:
    readers = {"alias": names.readers}
    writers = {"alias": names.writers}
    await client.indices.update_aliases(
        body={
            "actions": [
                {"remove": {"index": old, **readers}},
                {"remove": {"index": old, **writers}},
                {"add": {"index": new, **readers, "filter": READERS_FILTER}},
                {"add": {"index": new, **writers, "is_write_index": True}},
            ]
        }
    )


async def test_moving_to_a_new_index_loses_nothing(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline(max_events=50)
    await running.feed([event(number, 1) for number in range(USERS)])
    await running.feed([event(number, 2) for number in range(USERS)])
    await running.drained()
    newest = dict.fromkeys(range(USERS), 2)
    moved = asyncio.Event()
    moments = 3

    async def writing() -> None:
        """Some users anew, and some that are never written again: a lost write stays lost."""
        nonlocal moments
        while not moved.is_set():
            part = [*range(moments % 5, USERS, 50), *range(USERS * moments, USERS * moments + 10)]
            await running.feed([event(number, moments) for number in part])
            newest.update(dict.fromkeys(part, moments))
            await running.drained()
            moments += 1

    async def some_writes() -> None:
        enough = moments + 2

        async def written() -> bool:
            return moments >= enough

        await eventually(written)

    writer = asyncio.create_task(writing())
    old, new = names.first, f"{names.name}-000002"
    await client.indices.create(index=new)
    assert await copy(client, old, new) >= USERS
    await some_writes()
    await copy(client, old, new)
    await some_writes()
    await switch(client, names, old, new)
    await some_writes()
    while await copy(client, old, new):
        pass
    moved.set()
    await writer
    await running.drained()

    found = await sources(client, new)
    assert found.keys() == {f"auth0|{number}" for number in newest}
    for number, moment in newest.items():
        document = found[f"auth0|{number}"]
        deleted = number % DELETED_EVERY == 0 and moment % 3 == 2
        assert document["event"]["id"] == f"evt_{number}_{moment}"
        assert ("deleted_at" in document) is deleted
    await no_late_update_brings_anybody_back(client, names, running, found)
    assert await bootstrap(client, names) == []
    # The old index is of no more use: nothing has been written to it since.
    before = await sources(client, old)
    assert all(found[key]["_version"] >= before[key]["_version"] for key in before)


async def no_late_update_brings_anybody_back(
    client: AsyncOpenSearch, names: IndexNames, running: Pipeline, found: dict[str, Any]
) -> None:
    """The tombstones came with their versions."""
    gone = [number for number in range(USERS) if "deleted_at" in found[f"auth0|{number}"]]
    assert gone
    await running.feed([event(number, 0) for number in gone])
    await running.drained()
    visible = await sources(client, names.readers)
    assert not visible.keys() & {f"auth0|{number}" for number in gone}
