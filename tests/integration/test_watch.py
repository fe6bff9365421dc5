"""What `/healthz` says of OpenSearch, and what it advises."""

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.wiring.watch import IndexWatch
from tests.faulty_proxy import Answer, FaultyProxy, Silence


@pytest.mark.parametrize(
    ("status", "advised"),
    [
        (401, "USER_SYNC_OPENSEARCH_PASSWORD"),
        (403, "role"),
        (404, "USER_SYNC_OPENSEARCH_URL"),
        (405, "USER_SYNC_OPENSEARCH_URL"),
        (503, "OpenSearch's own log"),
    ],
)
async def test_each_refusal_has_advice_of_its_own(
    proxy: FaultyProxy, names: IndexNames, status: int, advised: str
) -> None:
    proxy.fault = lambda _: Answer(status)
    client = connect(OpenSearchOptions(url=proxy.url))
    watch = IndexWatch(client, names)
    await watch.look()
    await client.close()
    check = watch.check()
    assert not check.ok
    assert str(status) in check.state
    assert advised in check.advice
    assert "bootstrap" not in check.advice


async def test_a_cluster_without_a_manager_is_not_taken_for_one_that_is_away(
    proxy: FaultyProxy, names: IndexNames
) -> None:
    """Most of its nodes are gone: the others wait for a manager, by default longer than we do."""
    kind = b"cluster_manager_not_discovered_exception"
    error = Answer(503, b'{"error": {"type": "%b", "reason": null}, "status": 503}' % kind)
    proxy.fault = lambda asked: error if "cluster_manager_timeout" in asked.path else Silence()
    client = connect(OpenSearchOptions(url=proxy.url))
    watch = IndexWatch(client, names)
    await watch.look()
    await client.close()
    assert watch.check().state == f"OpenSearch answers 503: {kind.decode()}"
    assert "OpenSearch's own log" in watch.check().advice


@pytest.mark.parametrize(
    ("block", "told"),
    [
        pytest.param("metadata", "index metadata (api)", id="no missing role"),
        pytest.param("read", "anyone search: index read (api)", id="though writes go on"),
    ],
)
async def test_a_block_is_told_until_it_is_lifted(
    client: AsyncOpenSearch, names: IndexNames, block: str, told: str
) -> None:
    watch = IndexWatch(client, names)
    await client.indices.put_settings(index=names.first, body={f"index.blocks.{block}": True})
    await watch.look()
    check = watch.check()
    assert not check.ok
    assert told in check.state
    assert "lift the block" in check.advice
    await client.indices.put_settings(index=names.first, body={f"index.blocks.{block}": False})
    await watch.look()
    assert watch.check().ok


async def test_a_closed_index_is_told_with_how_to_open_it(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    watch = IndexWatch(client, names)
    await client.indices.close(index=names.first)
    await watch.look()
    assert f"POST /{names.first}/_open" in watch.check().state
    assert "free disk" not in watch.check().advice
    await client.indices.open(index=names.first)


async def test_a_missing_index_and_a_block_that_a_person_set(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    watch = IndexWatch(client, names)
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    await watch.look()
    assert "lift the block" in watch.check().advice
    await client.indices.delete(index=names.first)
    await watch.look()
    assert "run user-sync bootstrap" in watch.check().advice
    assert "user-sync import" in watch.check().advice  # else all looks well, and nobody is found


async def test_what_a_killed_rebuild_left_is_told_and_no_fault_unless_writing_is_blocked(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    watch = IndexWatch(client, names)
    await client.indices.create(index=names.numbered(2), body={"aliases": {names.next: {}}})
    await watch.look()
    check = watch.check()
    assert check.ok
    assert f"a rebuild fills {names.numbered(2)}" in check.state
    assert "rebuild --discard" in check.advice
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    await watch.look()
    check = watch.check()
    assert not check.ok
    assert f"a rebuild fills {names.numbered(2)}" in check.state
    assert "rebuild --discard" in check.advice


async def test_a_missing_alias_needs_no_import(client: AsyncOpenSearch, names: IndexNames) -> None:
    watch = IndexWatch(client, names)
    await client.indices.delete_alias(index=names.first, name=names.writers)
    await watch.look()
    assert "run user-sync bootstrap" in watch.check().advice
    assert "import" not in watch.check().advice


async def test_that_all_is_well_again_is_told_once(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    told: list[bool] = []
    watch = IndexWatch(client, names, recovered=lambda: told.append(watch.check().ok))
    await watch.look()
    await watch.look()
    assert told == [True]
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    await watch.look()
    assert told == [True]
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": None})
    await watch.look()
    assert told == [True, True]


async def test_an_index_in_place_of_another_is_told_from_it(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    found: list[tuple[str, str]] = []

    async def note(name: str, uuid: str) -> None:
        found.append((name, uuid))

    watch = IndexWatch(client, names, found=note)
    await watch.look()
    await watch.look()
    await client.indices.delete(index=names.first)
    await watch.look()
    await bootstrap(client, names)
    await watch.look()
    first, same, other = found
    assert first == same
    assert first[0] == other[0] == names.first
    assert first[1] != other[1]
