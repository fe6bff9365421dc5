"""Pages, orders and exports: each user exactly once, whatever is written meanwhile."""

import asyncio
import json
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch

from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.conftest import TOKEN, USERS, Api, ids, index, serving
from tests.integration.search.directory import directory

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYBODY = directory(USERS)


async def walk(api: Api, *pairs: tuple[str, str], **parameters: str) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await api.get("/users", *pairs, **parameters, **cursor)
        users += page["users"]
        if page["next"] is None:
            return users
        cursor = {"cursor": page["next"]}


@pytest.mark.parametrize(
    "sort",
    [
        "",
        "name",
        "-name",
        "email",
        "-email",
        "last_login",
        "-last_login,name",
        "-event.time",
        "logins_count",
        "blocked,-logins_count",
        "last_ip",
        "user_id",
        "-user_id",
        "email.domain,phone_number",
    ],
)
async def test_a_walk_meets_everybody_once_in_every_order(api: Api, sort: str) -> None:
    users = await walk(api, limit="701", **({"sort": sort} if sort else {}))
    assert sorted(ids(users)) == sorted(ids(EVERYBODY))
    assert len(users) == USERS


async def test_large_users_make_small_pages(engine: Engine, api: Api) -> None:
    options = SearchOptions(tokens=[TOKEN], page_bytes=50_000)
    async for small in serving(engine.url, api.names, options):
        first = await small.get("/users", limit="1000")
        assert 1 < len(first["users"]) < 200
        assert first["next"] is not None
    tiny = SearchOptions(tokens=[TOKEN], page_bytes=1)
    async for small in serving(engine.url, api.names, tiny):
        assert len((await small.get("/users", limit="1000"))["users"]) == 1


async def test_orders(api: Api) -> None:
    logins = [user["logins_count"] for user in await walk(api, limit="1000", sort="-logins_count")]
    assert logins == sorted(logins, reverse=True)
    last = [user.get("last_login") for user in await walk(api, limit="1000", sort="last_login")]
    known = [moment for moment in last if moment is not None]
    assert last == sorted(known) + [None] * (len(last) - len(known))
    by_domain = await api.get("/users", sort="-logins_count", limit="5")
    assert [user["logins_count"] for user in by_domain["users"]] == logins[:5]


async def test_a_walk_meets_everybody_once_while_writes_go_on(api: Api) -> None:
    done = asyncio.Event()

    async def rewriting() -> int:
        rounds = 0
        while not done.is_set():
            part = EVERYBODY[rounds * 97 % USERS :][:97]
            changed = [{**user, "logins_count": 10_000 + rounds} for user in part]
            await index(api.client, api.names.writers, changed)
            rounds += 1
        return rounds

    writer = asyncio.create_task(rewriting())
    try:
        users = await walk(api, limit="50")
    finally:
        done.set()
        assert await writer > 0
        await index(api.client, api.names.writers, EVERYBODY)
    assert ids(users) == sorted(ids(EVERYBODY))


async def test_totals(api: Api) -> None:
    bounded = await api.get("/users", limit="1")
    assert bounded["total"] == {"value": 1000, "relation": "gte"}
    exact = await api.get("/users", limit="1", total="exact")
    assert exact["total"] == {"value": USERS, "relation": "eq"}


async def test_the_last_page_has_no_next(api: Api) -> None:
    few = await api.get("/users", filter="logins_count<20", limit="1000")
    exactly = await api.get("/users", filter="logins_count<20", limit=str(len(few["users"])))
    assert few["next"] is None
    assert exactly["next"] is None
    one_short = await api.get("/users", filter="logins_count<20", limit=str(len(few["users"]) - 1))
    assert one_short["next"] is not None


async def test_a_cursor_is_bound_to_its_search(api: Api) -> None:
    cursor = (await api.get("/users", limit="2"))["next"]
    for changed in ({"q": "ann"}, {"filter": "blocked=true"}, {"sort": "name"}):
        problem = await api.problem(400, cursor=cursor, **changed)
        assert problem["type"].endswith(":invalid-cursor")
    await api.get("/users", cursor=cursor, limit="5", fields="email")
    assert (await api.problem(400, cursor=cursor[:-2] + "AA"))["type"].endswith(":invalid-cursor")


async def test_fields(api: Api) -> None:
    page = await api.get("/users", fields="email,app_metadata.plan,connection", limit="3")
    for user in page["users"]:
        assert user.keys() == {"email", "app_metadata", "identities"}
        assert user["app_metadata"].keys() == {"plan"}
        assert user["identities"][0].keys() == {"connection"}


async def test_facets(api: Api) -> None:
    page = await api.get(
        "/users", facets="identities.connection,blocked", filter="logins_count<100"
    )
    some = [user for user in EVERYBODY if user["logins_count"] < 100]
    counted = {one["value"]: one["count"] for one in page["facets"]["blocked"]["values"]}
    assert counted == {
        False: sum(not user["blocked"] for user in some),
        True: sum(user["blocked"] for user in some),
    }
    connections = page["facets"]["identities.connection"]
    assert sum(one["count"] for one in connections["values"]) == len(some)
    assert connections["others"] == 0


async def test_highlights(api: Api) -> None:
    odd = {
        "user_id": "auth0|marked",
        "name": "Bräd <b>Markson</b>",
        "email": "brad&markson@marks.example",
        "phone_number": "+49 (30) 5556-677",
    }
    await index(api.client, api.names.writers, [odd])
    try:
        page = await api.find("brad marks", highlight="true")
        assert ids(page["users"]) == [odd["user_id"]]
        assert page["highlights"] == [
            {
                "name": "<mark>Bräd</mark> &lt;b&gt;<mark>Marks</mark>on&lt;/b&gt;",
                "email": "<mark>brad</mark>&amp;<mark>marks</mark>on@<mark>marks</mark>.example",
            }
        ]
        phone = await api.find("030 5556677", highlight="true")
        assert phone["highlights"] == [{"phone_number": "+49 (<mark>30) 5556-677</mark>"}]
    finally:
        await api.client.delete(
            index=api.names.writers, id=odd["user_id"], params={"refresh": "true"}
        )


async def export(api: Api, **parameters: str) -> list[dict[str, Any]]:
    status, headers, body = await api.request(
        "GET", "/users", params=parameters, headers={"Accept": "application/x-ndjson"}
    )
    assert status == 200, body
    assert headers["Content-Type"] == "application/x-ndjson"
    assert body == b"" or body.endswith(b"\n")
    return [json.loads(line) for line in body.splitlines()]


async def open_points_in_time(client: AsyncOpenSearch) -> int:
    answer = await client.nodes.stats(metric="indices", index_metric="search")
    return sum(
        node["indices"]["search"]["point_in_time_current"] for node in answer["nodes"].values()
    )


async def test_an_export_is_everybody_that_matches(api: Api) -> None:
    assert sorted(ids(await export(api))) == sorted(ids(EVERYBODY))
    found = (await api.find("smith", limit="1000"))["users"]
    assert sorted(ids(await export(api, q="smith"))) == sorted(ids(found))
    in_order = await export(api, q="smith", sort="user_id")
    assert ids(in_order) == sorted(ids(found))
    assert await export(api, filter="logins_count>100000") == []
    assert await export(api, q="xylophone") == []
    forgiven = await export(api, q="smiht", fields="name")
    assert forgiven
    assert all(user.keys() == {"name"} for user in forgiven)


async def test_points_in_time_are_closed_however_an_export_ends(api: Api) -> None:
    before = await open_points_in_time(api.client)
    await export(api)
    for _ in range(3):  # clients that go away
        async with api.session.get(
            api.url + "/users", headers={"Accept": "application/x-ndjson"}
        ) as reply:
            await reply.content.readany()
            reply.close()
    problem = await api.problem_of_export(limit="5")
    assert problem["detail"] == "possible parameters of an export: q, filter, sort, fields"
    async with asyncio.timeout(10):
        while await open_points_in_time(api.client) > before:  # noqa: ASYNC110 - the engine's state
            await asyncio.sleep(0.02)


async def test_searches_open_no_point_in_time(api: Api) -> None:
    before = await open_points_in_time(api.client)
    await walk(api, limit="900")
    assert await open_points_in_time(api.client) <= before
