"""A move to a new index loses nothing while events keep coming; one that fails changes nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionTimeout

from service.documents.document import DeletionMode
from service.index.advice import ROLE
from service.index.aliases import aliases_of_new_index
from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.copying import Copying
from service.index.errors import NeedsNewIndex, RebuildFailed
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.index.rebuild import Rebuild, RebuildOptions
from tests.faulty_proxy import Answer, FaultyProxy
from tests.integration.conftest import Pipeline, sources
from tests.waiting import eventually

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
    await some_writes()
    rebuilt = await Rebuild(client, names, RebuildOptions()).run()
    await some_writes()
    moved.set()
    await writer
    await running.drained()

    old, new = names.first, names.numbered(2)
    assert (rebuilt.old, rebuilt.new) == (old, new)
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


async def some_users(running: Pipeline, count: int = 30) -> None:
    await running.feed([event(number, 1) for number in range(count)])
    await running.drained()


async def test_what_was_deleted_while_it_was_copied_stays_deleted(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = await pipeline(deletion_mode=DeletionMode.DELETE)
    await some_users(running)

    async def delete_one() -> None:
        await running.feed([event(7, 2)])
        await running.drained()

    after_the_first_copy(monkeypatch, delete_one)
    rebuilt = await Rebuild(client, names, RebuildOptions()).run()
    assert rebuilt.documents == 29
    found = await sources(client, names.readers)
    assert found.keys() == {f"auth0|{number}" for number in range(30) if number != 7}


async def test_settings_and_aliases_that_people_chose_come_along(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    await some_users(await pipeline())
    old, new = names.first, names.numbered(2)
    chosen = {"max_result_window": "20000", "refresh_interval": "17s"}
    await client.indices.put_settings(index=old, body={"index": chosen})
    alias, condition = f"{names.name}-support", {"term": {"email": "x@y"}}
    actions = [{"add": {"index": old, "alias": alias, "filter": condition}}]
    await client.indices.update_aliases(body={"actions": actions})

    await Rebuild(client, names, RebuildOptions(shards=3)).run()
    found = await client.indices.get(index=f"{names.name}*")
    settings, aliases = found[new]["settings"]["index"], found[new]["aliases"]
    assert settings["number_of_shards"] == "3"
    assert chosen.items() <= settings.items()
    assert aliases.keys() == {names.readers, names.writers, alias}
    assert aliases[alias] == {"filter": condition}
    assert found[old]["aliases"] == {}
    assert await bootstrap(client, names) == []

    again = await Rebuild(client, names, RebuildOptions()).run()
    assert (again.old, again.new) == (new, names.numbered(3))
    settings = (await client.indices.get(index=again.new))[again.new]["settings"]["index"]
    assert settings["number_of_shards"] == "3"


async def as_it_was(client: AsyncOpenSearch, names: IndexNames, running: Pipeline) -> None:
    """One index, with its aliases, and written."""
    found = await client.indices.get(index=f"{names.name}*")
    assert found.keys() == {names.first}
    assert found[names.first]["aliases"].keys() == {names.readers, names.writers}
    await running.feed([event(1000, 1)])
    await running.drained()


def after_the_first_copy(
    monkeypatch: pytest.MonkeyPatch, do: Callable[[], Awaitable[object]]
) -> None:
    """Let something happen between two copyings."""
    go_on, times = Copying.go_on, 0

    async def going_on(self: Copying, *, hurry: bool = False) -> int:
        nonlocal times
        looked_at = await go_on(self, hurry=hurry)
        times += 1
        if times == 1:
            await do()
        return looked_at

    monkeypatch.setattr(Copying, "go_on", going_on)


async def test_one_that_is_interrupted_changes_nothing(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline()
    await some_users(running)
    told = []

    def say(step: str) -> None:
        told.append(step)
        if "stands still" in step:
            task.cancel()

    task = asyncio.ensure_future(Rebuild(client, names, RebuildOptions(), say=say).run())
    with pytest.raises(asyncio.CancelledError):
        await task
    await as_it_was(client, names, running)
    assert "stands still" in told[-1]


async def test_a_document_that_fits_no_more_is_told_and_nothing_changes(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline()
    await some_users(running)
    await client.indices.put_mapping(
        index=names.first, body={"properties": {"strange": {"type": "keyword"}}}
    )
    document = {"user_id": "x", "strange": "a"}
    await client.index(index=names.writers, id="x", body=document, refresh=True)
    with pytest.raises(RebuildFailed, match="strict_dynamic_mapping_exception"):
        await Rebuild(client, names, RebuildOptions()).run()
    await as_it_was(client, names, running)


async def test_somebody_elses_block_is_told_and_left(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    blocked = {"index": {"blocks.write": True}}
    await client.indices.put_settings(index=names.first, body=blocked)
    with pytest.raises(RebuildFailed, match=r"has a block \(write\): lift it"):
        await Rebuild(client, names, RebuildOptions()).run()
    found = await client.indices.get(index=f"{names.name}*")
    assert found.keys() == {names.first}
    assert found[names.first]["settings"]["index"]["blocks"]["write"] == "true"


async def test_an_opensearch_that_is_too_old_is_told_before_anything_is_done(
    client: AsyncOpenSearch, names: IndexNames, proxy: FaultyProxy
) -> None:
    error = b'{"error": {"type": "x", "reason": "unknown field [must_exist]"}, "status": 400}'
    proxy.fault = lambda asked: Answer(400, error) if asked.path == "/_aliases" else None
    old = connect(OpenSearchOptions(url=proxy.url))
    with pytest.raises(RebuildFailed, match=r"older than 2.12.*\[must_exist\]"):
        await Rebuild(old, names, RebuildOptions()).run()
    await old.close()
    assert (await client.indices.get(index=f"{names.name}*")).keys() == {names.first}


async def test_a_block_that_a_shard_refuses_is_told_and_nothing_changes(
    client: AsyncOpenSearch, names: IndexNames, proxy: FaultyProxy
) -> None:
    lacking = b"""{"acknowledged": false, "shards_acknowledged": false, "indices":
        [{"failed_shards": [{"failures": [{"reason":
            {"type": "security_exception", "reason": "no [block]"}}]}]}]}"""
    refused = Answer(200, lacking)
    proxy.fault = lambda asked: refused if asked.path.endswith("/_block/write") else None
    through = connect(OpenSearchOptions(url=proxy.url))
    with pytest.raises(RebuildFailed, match=rf"can't keep writes.*\(no \[block\]: {ROLE}\)"):
        await Rebuild(through, names, RebuildOptions()).run()
    await through.close()
    assert (await client.indices.get(index=f"{names.name}*")).keys() == {names.first}


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_switch_without_an_answer_is_done_or_not(
    client: AsyncOpenSearch,
    names: IndexNames,
    pipeline: Start,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arrives: bool,
) -> None:
    running = await pipeline()
    await some_users(running)
    update_aliases = client.indices.update_aliases

    async def unanswered(**request: Any) -> Any:
        if len(request["body"]["actions"]) == 1:  # the mark alone
            return await update_aliases(**request)
        if arrives:
            await update_aliases(**request)
        raise ConnectionTimeout("TIMEOUT", "", None)

    monkeypatch.setattr(client.indices, "update_aliases", unanswered)
    if not arrives:
        with pytest.raises(ConnectionTimeout):
            await Rebuild(client, names, RebuildOptions()).run()
        await as_it_was(client, names, running)
        return
    rebuilt = await Rebuild(client, names, RebuildOptions()).run()
    assert (await client.indices.get_alias(name=names.writers)).keys() == {rebuilt.new}
    await running.feed([event(1000, 1)])
    await running.drained()


async def test_what_bootstrap_refuses_is_as_it_should_be_afterwards(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    present = (await client.indices.get(index=names.first))[names.first]
    mappings = present["mappings"]
    mappings["properties"]["name"] = {"type": "keyword"}
    analysis = present["settings"]["index"]["analysis"]
    await client.indices.delete(index=names.first)
    body = {
        "mappings": mappings,
        "settings": {"analysis": analysis},
        "aliases": aliases_of_new_index(names),
    }
    await client.indices.delete_index_template(name=names.template)
    await client.indices.create(index=names.first, body=body)
    document = {"user_id": "x", "name": "Ann Smith"}
    await client.index(index=names.writers, id="x", body=document, refresh=True)
    with pytest.raises(NeedsNewIndex, match="user-sync rebuild"):
        await bootstrap(client, names)

    await Rebuild(client, names, RebuildOptions()).run()
    assert await bootstrap(client, names) == []
    query = {"query": {"match": {"name": "smith"}}}
    assert (await client.count(index=names.readers, body=query))["count"] == 1


async def test_without_an_index_none_is_made(client: AsyncOpenSearch, names: IndexNames) -> None:
    await client.indices.delete(index=names.first)
    with pytest.raises(RebuildFailed, match="no index to move: run user-sync bootstrap"):
        await Rebuild(client, names, RebuildOptions()).run()
    assert not await client.indices.exists(index=names.readers)


async def test_what_another_fills_is_left_alone(client: AsyncOpenSearch, names: IndexNames) -> None:
    other = names.numbered(2)
    await client.indices.create(index=other, body={"aliases": {names.next: {}}})
    with pytest.raises(RebuildFailed, match=r"being filled by another rebuild.*--discard"):
        await Rebuild(client, names, RebuildOptions()).run()
    rebuilt = await Rebuild(client, names, RebuildOptions(discard=True)).run()
    found = await client.indices.get(index=f"{names.name}*")
    assert found.keys() == {rebuilt.old, rebuilt.new}
