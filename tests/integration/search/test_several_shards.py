"""An index of three shards, as for many millions of users: it answers as one of a single shard."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from service.index.aliases import aliases_of_new_index
from service.index.bootstrap import bootstrap
from service.search import body
from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.conftest import TOKEN, Api, bootstrapped, ids, index, serving
from tests.integration.search.directory import directory
from tests.integration.search.test_walking import walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYBODY = directory(2_000)
NAMES = Counter(user["name"] for user in EVERYBODY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sharded(engine: Engine) -> AsyncIterator[Api]:
    async with bootstrapped(engine) as (client, names):
        await client.indices.delete(index=names.first)
        settings = {"number_of_shards": 3}
        made = {"settings": settings, "aliases": aliases_of_new_index(names)}
        await client.indices.create(index=names.first, body=made)
        assert await bootstrap(client, names) == []
        await index(client, names.writers, EVERYBODY)
        async for one in serving(engine.url, names, SearchOptions(tokens=[TOKEN])):
            yield one


@pytest.mark.parametrize(
    "sort",
    [
        "",
        "-last_login,name",
        "last_ip",
        "email.domain,phone_number",
        # Of shards in which nobody has the date, the engine would ask some and pass over others.
        "last_password_reset",
        "-last_password_reset",
    ],
)
async def test_a_walk_meets_everybody_once(sharded: Api, sort: str) -> None:
    users = await walk(sharded, limit="101", **({"sort": sort} if sort else {}))
    assert len(users) == len(EVERYBODY)
    assert set(ids(users)) == set(ids(EVERYBODY))


async def test_equals_stand_in_one_order(sharded: Api) -> None:
    """Scores don't depend on what else is in a shard."""
    name, times = NAMES.most_common(1)[0]
    found = ids(await walk(sharded, q=name, limit="2"))
    same = sorted(user["user_id"] for user in EVERYBODY if user["name"] == name)
    assert found[:times] == same


async def test_facets_are_counted_over_all_shards(sharded: Api) -> None:
    """Each shard has other names among its most frequent ones."""
    facet = (await sharded.get("/users", facets="name"))["facets"]["name"]
    counts = [one["count"] for one in facet["values"]]
    assert counts == [times for _, times in NAMES.most_common(len(counts))]
    assert all(NAMES[one["value"]] == one["count"] for one in facet["values"])
    assert facet["others"] == len(EVERYBODY) - sum(counts)
    assert facet["short_by"] == 0


async def test_a_facet_says_by_how_much_it_may_be_short(
    sharded: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more values than a shard counts."""
    monkeypatch.setattr(body, "VALUES_OF_A_SHARD", body.MAX_FACET_VALUES)
    facet = (await sharded.get("/users", facets="name"))["facets"]["name"]
    lacking = [NAMES[one["value"]] - one["count"] for one in facet["values"]]
    assert 0 < max(lacking) <= facet["short_by"]
