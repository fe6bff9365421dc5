"""What is read of the index for a comparison: exact, complete, tombstones told apart."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError

from service.engine.node import Node
from service.events.json_text import parse
from service.events.json_value import Literal
from service.events.timestamp import parse_rfc3339
from service.index.connection import connect_for_bytes
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.index.reading import UserReader
from service.index.unexpected import NoResult

NOON = "2025-02-01T12:00:00.000001Z"
EVENING_US = parse_rfc3339("2025-02-01T20:00:00Z").us


@pytest.fixture
async def reader(engine: Node, names: IndexNames) -> AsyncIterator[UserReader]:
    connection = connect_for_bytes(OpenSearchOptions(url=engine.url))
    yield UserReader(connection, names, page=3)
    await connection.close()


async def put(client: AsyncOpenSearch, names: IndexNames, user_id: str, **fields: Any) -> None:
    body = {
        "user_id": user_id,
        "event": {"id": "e", "type": "user.created", "time": NOON},
        "indexed_at": NOON,
        **fields,
    }
    await client.index(index=names.writers, id=user_id, body=body)


async def everybody(reader: UserReader, instant_us: int) -> list[str]:
    """All pages of users from before an instant."""
    met: list[str] = []
    following: Any = ()
    while True:
        page = await reader.users_before(instant_us, following, latest_us=EVENING_US)
        met += page.ids
        following = page.following
        if not following:
            return met


async def test_documents_are_read_at_once_and_exactly(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    long = 12345678901234567890123456789
    body = (
        f'{{"user_id":"a|1","event":{{"id":"e","type":"t","time":"{NOON}"}},"indexed_at":"{NOON}",'
        f'"app_metadata":{{"n":{long},"deep":{"[" * 20 + "]" * 20}}}}}'
    )
    await client.transport.perform_request(
        "PUT", f"/{names.writers}/_doc/a%7C1", body=body.encode()
    )
    await put(client, names, "b", deleted_at=NOON)
    found = await reader.documents(["a|1", "b", "nobody"])
    assert found["a|1"] == parse(body.encode())
    metadata: Any = found["a|1"]["app_metadata"]
    assert metadata["n"] == Literal(str(long))
    assert found["b"]["deleted_at"] == NOON
    assert found.keys() == {"a|1", "b"}
    assert await reader.documents(["a|1", "b"], whole=False) == {
        "a|1": {"event": found["a|1"]["event"]},
        "b": {"event": found["b"]["event"], "deleted_at": NOON},
    }


async def test_every_user_from_before_is_met_once_over_all_pages(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    noon_us = parse_rfc3339(NOON).us
    for number in range(9):
        await put(client, names, f"auth0|{number}")
    await put(client, names, "gone", deleted_at=NOON)
    after = {"id": "e", "type": "t", "time": "2025-02-01T12:00:00.000002Z"}
    await put(client, names, "later", event=after)
    await reader.refresh()
    met = await everybody(reader, noon_us + 1)
    assert met == [f"auth0|{number}" for number in range(9)]
    assert (await reader.users_before(noon_us, latest_us=EVENING_US)).ids == []


async def test_somebody_else_s_document_counts_as_old(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    await client.index(index=names.writers, id="x", body={"user_id": "x", "name": "X"})
    await put(client, names, "y", event={"id": "e", "type": "t", "time": "2025-02-01T20:00:01Z"})
    await put(client, names, "z", event={"id": "e", "type": "t", "time": "2025-02-01T19:59:59Z"})
    await reader.refresh()
    page = await reader.users_before(1_300_000_000_000_000, latest_us=EVENING_US)
    assert page.ids == ["x", "y"]


async def test_nobody_else_s_documents_are_passed_over_between_pages(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    """Some have no user_id, some have one in common: more of each than a page holds."""
    for number in range(4):
        await client.index(index=names.writers, id=f"none{number}", body={"name": "X"})
        await client.index(index=names.writers, id=f"same{number}", body={"user_id": "same"})
    await put(client, names, "a")
    await reader.refresh()
    met = await everybody(reader, parse_rfc3339(NOON).us + 1)
    assert sorted(met) == [
        "a",
        *(f"none{number}" for number in range(4)),
        *(f"same{number}" for number in range(4)),
    ]


async def test_without_an_index_it_fails(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    await client.indices.delete(index=names.first)
    with pytest.raises(NotFoundError):
        await reader.refresh()
    with pytest.raises(NotFoundError):
        await reader.documents(["a"])
    with pytest.raises(NotFoundError):
        await reader.users_before(0, latest_us=EVENING_US)


async def test_a_document_that_cannot_be_read_is_an_error_that_says_so(
    client: AsyncOpenSearch, names: IndexNames, reader: UserReader
) -> None:
    """Its shard is nowhere, as while a node is restarting."""
    nowhere = {"index.routing.allocation.require._name": "nowhere"}
    closed = f"{names.first}-closed"
    await client.indices.create(
        index=closed,
        body={"settings": {**nowhere, "number_of_shards": 1}},
        wait_for_active_shards=0,
    )
    await client.indices.delete(index=names.first)
    await client.indices.put_alias(index=closed, name=names.writers)
    try:
        with pytest.raises(NoResult, match=r"can't read a document \(no_shard"):
            await reader.documents(["a"])
    finally:
        await client.indices.delete(index=closed)
