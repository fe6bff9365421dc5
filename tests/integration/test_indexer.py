"""The indexer against a real node that refuses: items, aliases, blocks, a mapping that lags."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch

from service.documents.document import DeletionMode, Document, to_document
from service.events.event import Event
from service.events.users_export import wrap_profile
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.indexer import prepare
from tests.integration.conftest import Pipeline, sources
from tests.waiting import eventually

Start = Callable[..., Awaitable[Pipeline]]


def event(
    user_id: str, second: int, *, type_: str = "user.updated", event_id: str = "", **profile: Any
) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "type": type_,
            "source": "urn:auth0:example",
            "id": event_id or f"evt_{user_id}_{second}",
            "time": f"2026-03-01T12:00:{second:02}.000Z",
            "a0tenant": "my-tenant",
            "data": {"object": {"user_id": user_id, **profile}},
        }
    ).encode()


@pytest.fixture
async def odd_names(client: AsyncOpenSearch) -> AsyncIterator[IndexNames]:
    """Names of an index that nobody has bootstrapped yet."""
    own = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    yield own
    await client.indices.delete(index=f"{own.name}*", ignore_unavailable=True)


async def create_odd_index(
    client: AsyncOpenSearch, names: IndexNames, properties: dict[str, Any], **settings: Any
) -> None:
    """An index behind our aliases that isn't ours to bootstrap."""
    everything = {
        "user_id": {"type": "keyword"},
        "indexed_at": {"type": "date"},
        "deleted_at": {"type": "date"},
        "event": {"type": "object", "enabled": False},
    }
    await client.indices.create(
        index=names.first,
        params={"wait_for_active_shards": "0"},
        body={
            "settings": settings,
            "mappings": {"dynamic": "strict", "properties": everything | properties},
            "aliases": {names.readers: {}, names.writers: {"is_write_index": True}},
        },
    )


async def test_stale_and_duplicate_writes_are_successes(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline()
    await running.feed([event("auth0|1", 20, name="new")])
    await running.drained()
    await running.feed([event("auth0|1", 10, name="old")])
    await running.drained()
    await running.feed([event("auth0|1", 20, name="new", nickname="differs")])
    await running.drained()
    books = running.journal.accounting()
    assert (books.applied, books.stale, books.duplicate, books.dead_letters) == (1, 1, 1, 0)
    assert (await sources(client, names.readers))["auth0|1"]["name"] == "new"


async def test_a_batch_writes_only_the_newest_of_each_user(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline()
    await running.feed([event("auth0|1", second, name=f"at {second}") for second in (5, 30, 7)])
    await running.drained()
    books = running.journal.accounting()
    assert (books.applied, books.superseded) == (1, 2)
    assert (await sources(client, names.readers))["auth0|1"]["name"] == "at 30"


async def test_when_the_newest_is_refused_for_what_it_holds_the_next_is_written(
    client: AsyncOpenSearch, odd_names: IndexNames, pipeline: Start
) -> None:
    await create_odd_index(client, odd_names, {"nickname": {"type": "integer"}})
    running = await pipeline(names=odd_names)
    await running.feed(
        [
            event("auth0|1", 10, nickname="1"),
            event("auth0|1", 20, nickname="2"),
            event("auth0|1", 40, nickname="not a number"),
            event("auth0|1", 30, nickname="no number either"),
            event("auth0|2", 10, nickname="3"),
        ]
    )
    await running.drained()
    books = running.journal.accounting()
    assert (books.applied, books.superseded, books.dead_letters) == (2, 1, 2)
    found = await sources(client, odd_names.readers)
    assert {user: found[user]["nickname"] for user in found} == {"auth0|1": "2", "auth0|2": "3"}
    for letter in await running.journal.dead_letters.page(limit=10):
        assert letter.code == "rejected_by_opensearch"
        assert "nickname" in letter.reason


def to_document_but_for_odd(stated: Event, **how: Any) -> Document:
    """A fault of ours that one user meets."""
    if stated.profile.get("name") == "odd":
        raise KeyError
    return to_document(stated, **how)


async def test_what_this_service_cannot_map_becomes_a_dead_letter_and_the_next_is_written(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "to_document", to_document_but_for_odd)
    running = await pipeline()
    await running.feed(
        [
            event("auth0|1", 10, name="fine"),
            event("auth0|1", 20, name="odd"),
            event("auth0|2", 10, name="odd"),
            event("auth0|3", 10, name="fine"),
        ]
    )
    await running.drained()
    found = await sources(client, names.readers)
    assert {user: found[user]["name"] for user in found} == {"auth0|1": "fine", "auth0|3": "fine"}
    letters = await running.journal.dead_letters.page(limit=10)
    assert {letter.code for letter in letters} == {"mapping_failed"}
    assert running.journal.accounting().dead_letters == len(letters) == 2


async def test_a_missing_alias_holds_events_until_it_is_there(
    client: AsyncOpenSearch, odd_names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline(names=odd_names)
    await running.feed([event("auth0|1", 10), event("auth0|2", 10, type_="user.deleted")])

    async def in_trouble() -> bool:
        return bool(running.indexer.troubles())

    await eventually(in_trouble)
    assert not await client.indices.exists(index=odd_names.writers)
    await create_odd_index(client, odd_names, {})
    await running.drained()
    assert set(await sources(client, odd_names.readers)) == {"auth0|1", "auth0|2"}

    async def well_again() -> bool:
        return not running.indexer.troubles()

    await eventually(well_again)


async def test_a_real_delete_never_creates_an_index_of_the_aliass_name(
    client: AsyncOpenSearch, odd_names: IndexNames, pipeline: Start
) -> None:
    running = await pipeline(names=odd_names, deletion_mode=DeletionMode.DELETE)
    await running.feed([event("auth0|2", 10, type_="user.deleted")])

    async def in_trouble() -> bool:
        return [trouble.code for trouble in running.indexer.troubles()] == ["alias_missing"]

    await eventually(in_trouble)
    assert not await client.indices.exists(index=odd_names.writers)
    await create_odd_index(client, odd_names, {})
    await running.drained()


async def test_one_user_waiting_for_the_mapping_holds_up_nobody(
    client: AsyncOpenSearch, odd_names: IndexNames, pipeline: Start
) -> None:
    await create_odd_index(client, odd_names, {})
    running = await pipeline(names=odd_names)
    await running.feed([event("auth0|1", 10, nickname="ann"), event("auth0|2", 10)])

    async def only_one_waits() -> bool:
        return running.journal.accounting().journal == 1

    await eventually(only_one_waits)
    await running.feed([event("auth0|3", 10)])
    await eventually(only_one_waits)
    codes = [trouble.code for trouble in running.indexer.troubles()]
    assert codes == ["strict_dynamic_mapping_exception"]
    await client.indices.put_mapping(
        index=odd_names.first, body={"properties": {"nickname": {"type": "keyword"}}}
    )
    await running.drained()
    assert set(await sources(client, odd_names.readers)) == {"auth0|1", "auth0|2", "auth0|3"}


async def test_a_write_block_holds_events_until_it_is_lifted(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    running = await pipeline()
    await running.feed([event("auth0|1", 10)])

    async def blocked() -> bool:
        return [t.code for t in running.indexer.troubles()] == ["cluster_block_exception"]

    await eventually(blocked)
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": None})
    await running.drained()
    books = running.journal.accounting()
    assert (books.applied, books.dead_letters) == (1, 0)


async def test_an_event_older_than_a_purged_tombstone_needs_a_persons_word(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    purged_us = 1_772_366_415_000_000  # 2026-03-01T12:00:15Z
    running = await pipeline(purged_us=lambda: purged_us)
    await running.feed([event("auth0|old", 10), event("auth0|new", 20)])
    await running.drained()
    (letter,) = await running.journal.dead_letters.page(limit=10)
    assert letter.code == "older_than_retention"
    assert set(await sources(client, names.readers)) == {"auth0|new"}
    await running.journal.dead_letters.replay([letter.seq], force=True)
    await running.drained()
    assert set(await sources(client, names.readers)) == {"auth0|new", "auth0|old"}


async def test_a_profile_of_an_export_that_is_replayed_may_be_of_a_user_deleted_since(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "to_document", to_document_but_for_odd)
    purged_us = 1_772_366_415_000_000  # 2026-03-01T12:00:15Z
    running = await pipeline(purged_us=lambda: purged_us)
    updated_at = "2026-03-01T12:00:10.000Z"
    lines = [
        {"user_id": "auth0|fine", "name": "fine", "updated_at": updated_at},
        {"user_id": "auth0|odd", "name": "odd", "updated_at": updated_at},
    ]
    await running.feed([wrap_profile(json.dumps(line).encode()) for line in lines])
    await running.drained()
    (letter,) = await running.journal.dead_letters.page(limit=10)
    assert letter.code == "mapping_failed"

    monkeypatch.setattr(prepare, "to_document", to_document)
    await running.journal.dead_letters.replay([letter.seq], force=False)
    await running.drained()
    (anew,) = await running.journal.dead_letters.page(limit=10)
    assert anew.code == "older_than_retention"
    assert set(await sources(client, names.readers)) == {"auth0|fine"}

    await running.journal.dead_letters.replay([anew.seq], force=True)
    await running.drained()
    assert set(await sources(client, names.readers)) == {"auth0|fine", "auth0|odd"}


async def test_a_lone_event_is_found_without_waiting_for_the_interval(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    await client.indices.put_settings(index=names.first, body={"index.refresh_interval": "-1"})
    running = await pipeline()
    await running.feed([event("auth0|1", 10, name="Ann")])

    async def found() -> bool:
        answer = await client.count(
            index=names.readers, body={"query": {"ids": {"values": ["auth0|1"]}}}
        )
        return bool(answer["count"])

    await eventually(found, within=5)


async def test_stopping_does_not_wait_for_an_engine_that_is_away(
    client: AsyncOpenSearch, names: IndexNames, pipeline: Start
) -> None:
    nobody = connect(OpenSearchOptions(url="http://127.0.0.1:9"))
    running = await pipeline(nobody)
    await running.feed([event("auth0|1", 10)])

    async def in_trouble() -> bool:
        return [trouble.code for trouble in running.indexer.troubles()] == ["no_answer"]

    await eventually(in_trouble)
    running.indexer.stop()
    async with asyncio.timeout(2):
        await running.task
    assert running.journal.accounting().journal == 1
    await nobody.close()


async def test_a_shard_that_is_nowhere_is_told_as_such(
    client: AsyncOpenSearch, odd_names: IndexNames, pipeline: Start
) -> None:
    nowhere = {"index.routing.allocation.include._name": "nobody"}
    await create_odd_index(client, odd_names, {}, **nowhere)
    running = await pipeline(names=odd_names, shard_wait_seconds=0.1)
    await running.feed([event("auth0|1", 10)])

    async def told() -> bool:
        codes = [trouble.code for trouble in running.indexer.troubles()]
        return codes == ["unavailable_shards_exception"]

    await eventually(told)
    await client.indices.put_settings(index=odd_names.first, body=dict.fromkeys(nowhere))
    await running.drained()
    assert set(await sources(client, odd_names.readers)) == {"auth0|1"}
