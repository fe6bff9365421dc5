"""Bootstrap on a real cluster, from nothing and from every state it may be found in."""

import asyncio
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.aliases import READERS_FILTER, aliases_of_new_index
from service.index.bootstrap import bootstrap, find_indices
from service.index.errors import (
    AliasConflict,
    NameTaken,
    TemplateConflict,
)
from service.index.names import IndexNames
from service.index.state import index_state
from service.index.templates import load_templates

EMPTY = "it is empty: users who are there already come with user-sync import"


async def done(client: AsyncOpenSearch, names: IndexNames) -> list[str]:
    """What bootstrap does, as lines."""
    return [str(change) for change in await bootstrap(client, names)]


async def make_index(
    client: AsyncOpenSearch,
    names: IndexNames,
    *,
    properties: dict[str, Any] | None = None,
    without: str = "",
    analysis: dict[str, Any] | None = None,
) -> None:
    """The first index as an earlier release made it: ours but for what is given."""
    wanted = load_templates(names)
    mappings, settings = wanted.mappings(), wanted.settings()
    mappings["properties"] |= properties or {}
    mappings["properties"].pop(without, None)
    for kind, components in (analysis or {}).items():
        settings["index"]["analysis"][kind] |= components
    body = {"mappings": mappings, "settings": settings, "aliases": aliases_of_new_index(names)}
    await client.indices.create(index=names.first, body=body)


async def aliases(client: AsyncOpenSearch, index: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.indices.get_alias(index=index))[index]["aliases"]
    return found


async def test_from_nothing_to_everything_and_no_further(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    lines = await done(client, fresh)
    assert lines == [
        *(
            f"+ component template {fresh.component(part)}: version {version}"
            for part, version in (("settings", 2), ("profile", 2), ("metadata", 1), ("event", 1))
        ),
        f"+ index template {fresh.template}: version 1",
        f"+ index {fresh.first}: behind {fresh.readers} ({EMPTY})",
    ]
    assert await done(client, fresh) == []
    assert await aliases(client, fresh.first) == {
        fresh.readers: {"filter": READERS_FILTER},
        fresh.writers: {"is_write_index": True},
    }


async def test_the_index_is_what_the_templates_say(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    index = (await find_indices(client, fresh))[fresh.first]
    wanted = load_templates(fresh)
    assert index["mappings"] == wanted.mappings()
    settings = index["settings"]["index"]
    assert wanted.settings()["index"].items() <= settings.items()


async def test_several_at_once_end_in_the_same_state(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await asyncio.gather(*(bootstrap(client, fresh) for _ in range(5)))
    assert await done(client, fresh) == []
    assert not (await index_state(client, fresh)).problem


async def test_documents_stay_through_every_repair(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    await client.index(index=fresh.writers, id="a", body={"user_id": "a"}, params={"refresh": True})
    await client.indices.delete_alias(index=fresh.first, name=fresh.readers)
    await client.indices.delete_alias(index=fresh.first, name=fresh.writers)
    lines = await done(client, fresh)
    assert [line.split(":")[0] for line in lines] == [
        f"+ alias {fresh.readers} of {fresh.first}",
        f"+ alias {fresh.writers} of {fresh.first}",
    ]
    assert await done(client, fresh) == []
    assert (await client.count(index=fresh.readers))["count"] == 1


async def test_a_readers_alias_without_its_filter_gets_it(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    await client.indices.put_alias(index=fresh.first, name=fresh.readers)
    assert len(await done(client, fresh)) == 1
    assert (await aliases(client, fresh.first))[fresh.readers] == {"filter": READERS_FILTER}


async def test_a_refresh_that_a_bulk_load_left_off_is_switched_on(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    off = {"index": {"refresh_interval": "-1"}}
    await client.indices.put_settings(index=fresh.first, body=off)
    assert await done(client, fresh) == [f"~ index {fresh.first}: refresh_interval: -1 → 30s"]
    assert await done(client, fresh) == []


async def test_a_refresh_no_longer_waits_for_merges_in_an_index_made_before(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    unset = {"index": {"merge_on_flush": {"enabled": None}}}
    await client.indices.put_settings(index=fresh.first, body=unset)
    assert await done(client, fresh) == [
        f'+ index {fresh.first}: merge_on_flush: {{"enabled": "false"}}'
    ]
    assert await done(client, fresh) == []


async def test_settings_of_the_operators_stay(client: AsyncOpenSearch, fresh: IndexNames) -> None:
    await bootstrap(client, fresh)
    own = {
        "index": {
            "refresh_interval": "5s",
            "auto_expand_replicas": "false",
            "merge_on_flush": {"enabled": "true"},
        }
    }
    await client.indices.put_settings(index=fresh.first, body=own)
    assert await done(client, fresh) == []


async def test_an_edited_template_is_put_right_and_the_difference_shown(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    name = fresh.component("settings")
    edited = load_templates(fresh).components[name]
    edited["template"]["settings"]["index"]["number_of_shards"] = 7
    del edited["template"]["settings"]["index"]["auto_expand_replicas"]
    await client.cluster.put_component_template(name=name, body=edited)
    what = f"component template {name}: template.settings.index"
    assert await done(client, fresh) == [
        f"+ {what}.auto_expand_replicas: 0-1",
        f"~ {what}.number_of_shards: 7 → 1",
    ]
    assert await done(client, fresh) == []


async def test_templates_of_a_newer_release_stay(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    name = fresh.component("settings")
    newer = {**load_templates(fresh).components[name], "version": 99, "template": {}}
    await client.cluster.put_component_template(name=name, body=newer)
    assert await done(client, fresh) == []


async def test_a_field_that_a_release_brings_is_added(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await make_index(client, fresh, without="multifactor")
    assert f"+ index {fresh.first}: field multifactor:" in "\n".join(await done(client, fresh))
    body = {"multifactor": ["otp"]}
    assert (await client.index(index=fresh.writers, id="a", body=body))["result"] == "created"
    assert await done(client, fresh) == []


async def test_what_the_engine_lets_a_mapping_update_change_is_changed(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    wanted = load_templates(fresh).mappings()["properties"]
    older = {
        "user_id": {"type": "keyword", "ignore_above": 10},
        "last_ip": {"type": "ip"},
        "phone_number": {k: v for k, v in wanted["phone_number"].items() if k != "fields"},
        "nickname": {**wanted["nickname"], "search_analyzer": "id_words"},
    }
    await make_index(client, fresh, properties=older)
    changes = {change.what: change for change in await bootstrap(client, fresh)}
    of_index = {what for what in changes if what.startswith(f"index {fresh.first}: ")}
    assert {what.removeprefix(f"index {fresh.first}: ") for what in of_index} == {
        "field user_id: ignore_above",
        "field user_id: copy_to",
        "field last_ip: ignore_malformed",
        "field phone_number.keyword",
        "field nickname: search_analyzer",
    }
    assert await done(client, fresh) == []
    assert (await find_indices(client, fresh))[fresh.first]["mappings"]["properties"] == wanted


@pytest.mark.parametrize("alias", ["readers", "writers"])
async def test_an_index_where_an_alias_has_to_be_is_refused_before_any_change(
    client: AsyncOpenSearch, fresh: IndexNames, alias: str
) -> None:
    await client.index(index=getattr(fresh, alias), id="a", body={})
    with pytest.raises(NameTaken, match="where an alias has to be"):
        await bootstrap(client, fresh)
    assert not await client.indices.exists_index_template(name=fresh.template)
    assert not await client.indices.exists(index=fresh.first)
    assert "where an alias has to be" in (await index_state(client, fresh)).problem


@pytest.mark.parametrize("alias", ["readers", "writers"])
async def test_a_data_stream_where_an_alias_has_to_be_is_refused_before_any_change(
    client: AsyncOpenSearch, fresh: IndexNames, alias: str
) -> None:
    stream = getattr(fresh, alias)
    theirs = {"index_patterns": [stream], "data_stream": {}, "priority": 1_000}
    await client.indices.put_index_template(name=f"{stream}-theirs", body=theirs)
    await client.indices.create_data_stream(name=stream)
    try:
        with pytest.raises(NameTaken, match=f"a data stream is called {stream}"):
            await bootstrap(client, fresh)
        assert not await client.indices.exists_index_template(name=fresh.template)
    finally:
        await client.indices.delete_data_stream(name=stream)
        await client.indices.delete_index_template(name=f"{stream}-theirs")


async def test_a_strangers_index_of_our_name_is_refused(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await client.indices.create(index=fresh.first)
    with pytest.raises(NameTaken, match="is not ours"):
        await bootstrap(client, fresh)
    assert await aliases(client, fresh.first) == {}


async def test_a_strangers_template_of_our_name_is_refused(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    name = fresh.component("settings")
    await client.cluster.put_component_template(name=name, body={"template": {}})
    with pytest.raises(NameTaken, match=f"the component template {name} is not ours"):
        await bootstrap(client, fresh)


async def test_strangers_indices_are_neither_caught_nor_touched(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await client.indices.create(index=f"{fresh.name}-0-of-somebody")
    await bootstrap(client, fresh)
    for stranger in ("archive", "2026", "0-of-somebody"):
        index = f"{fresh.name}-{stranger}"
        await client.indices.create(index=index, params={"ignore": 400})
        found = (await client.indices.get(index=index))[index]
        if stranger != "0-of-somebody":
            assert found["mappings"] == {}
        assert found["aliases"] == {}


async def test_a_writers_alias_with_two_indices_is_refused(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    await bootstrap(client, fresh)
    second = f"{fresh.name}-000002"
    await client.indices.create(index=second, body={"aliases": {fresh.writers: {}}})
    with pytest.raises(AliasConflict, match=f"points at {fresh.first} and {second}"):
        await bootstrap(client, fresh)


async def test_after_a_move_nothing_is_to_do(client: AsyncOpenSearch, fresh: IndexNames) -> None:
    await bootstrap(client, fresh)
    second = f"{fresh.name}-000002"
    await client.indices.create(index=second)
    wanted = aliases_of_new_index(fresh)
    actions: list[dict[str, Any]] = [
        {"remove": {"index": fresh.first, "alias": alias}} for alias in wanted
    ]
    actions += [{"add": {"index": second, "alias": a, **options}} for a, options in wanted.items()]
    await client.indices.update_aliases(body={"actions": actions})
    assert await done(client, fresh) == []
    await client.indices.delete(index=fresh.first)
    assert await done(client, fresh) == []
    assert (await index_state(client, fresh)).live == second


@pytest.mark.parametrize(
    ("pattern", "priority"),
    [("-0*", 500), ("-*", 501), ("-09*", 500)],
    ids=["same", "higher", "overlapping"],
)
async def test_a_rival_template_is_refused(
    client: AsyncOpenSearch, fresh: IndexNames, pattern: str, priority: int
) -> None:
    theirs = f"{fresh.name}-theirs"
    body = {"index_patterns": [f"{fresh.name}{pattern}"], "priority": priority}
    await client.indices.put_index_template(name=theirs, body=body)
    with pytest.raises(TemplateConflict, match=theirs):
        await bootstrap(client, fresh)
    assert not await client.indices.exists(index=fresh.first)


async def test_state_tells_users_from_tombstones_and_names_a_block(
    client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    nothing = await index_state(client, fresh)
    assert "bootstrap creates it" in nothing.problem
    await bootstrap(client, fresh)
    await client.index(index=fresh.writers, id="a", body={"user_id": "a"})
    deleted = {"user_id": "b", "deleted_at": "2026-01-01T00:00:00Z"}
    await client.index(index=fresh.writers, id="b", body=deleted, params={"refresh": True})
    state = await index_state(client, fresh)
    assert (state.live, state.health) == (fresh.first, "green")
    assert (state.users, state.tombstones, state.problem) == (1, 1, "")
    block = {"index.blocks.read_only_allow_delete": True}
    await client.indices.put_settings(index=fresh.first, body=block)
    state = await index_state(client, fresh)
    assert "read-only" in state.problem
    await client.indices.put_settings(
        index=fresh.first, body={"index.blocks.read_only_allow_delete": None}
    )
