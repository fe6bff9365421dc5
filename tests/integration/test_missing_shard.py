"""One shard of several is nowhere: what the others hold doesn't pass for everything."""

import pytest
from opensearchpy import AsyncOpenSearch

from service.commands.index_view import IndexUnreadable, IndexView
from service.index.aliases import aliases_of_new_index
from service.index.names import IndexNames
from tests.conftest import Engine


async def test_what_a_part_of_the_index_says_is_not_told_as_the_whole(
    engine: Engine, client: AsyncOpenSearch, fresh: IndexNames
) -> None:
    two_of_three = {
        "number_of_shards": 3,
        "number_of_replicas": 0,
        "routing.allocation.total_shards_per_node": 2,
    }
    await client.indices.create(
        index=fresh.first,
        body={"settings": two_of_three, "aliases": aliases_of_new_index(fresh)},
        params={"wait_for_active_shards": "0"},
    )
    await client.cluster.health(index=fresh.first, params={"wait_for_active_shards": "2"})
    view = IndexView(client, fresh, engine.url)
    with pytest.raises(IndexUnreadable, match="2 of 3 shards"):
        await view.counts()
    # Who isn't found may be in the one that is missing.
    for asked in (view.event_of("auth0|1"), view.tombstone_of("auth0|1")):
        with pytest.raises(IndexUnreadable, match="503"):
            await asked
