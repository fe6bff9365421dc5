"""Whoever knows a customer's number need not know where it stands in the metadata."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from service.events.json_value import JsonValue
from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.conftest import TOKEN, Api, bootstrapped, ids, index, serving
from tests.integration.search.directory import person
from tests.unit.documents.making import source_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE: dict[str, dict[str, JsonValue]] = {
    "customer": {"app_metadata": {"crm": {"customer_number": "K-48213"}, "plan": "pro"}},
    "order": {"user_metadata": {"orders": [7700123, 7700124]}},
    "address": {"user_metadata": {"backup": "Ann.Other@Home.Example"}},
    "phone": {"user_metadata": {"mobile": "+49 170 5550147"}},
    "a-longer": {"app_metadata": {"crm": {"customer_number": "K-482135"}}},
}
OTHERS = [
    person("a-ends", name="Ending Number", phone_number="+15407700124"),
    person("a-name", name="Kay Plain"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(engine: Engine) -> AsyncIterator[Api]:
    async with bootstrapped(engine) as (client, names):
        people = [
            person(key, name=f"{key} somebody", **source_of(profile))
            for key, profile in PEOPLE.items()
        ]
        await index(client, names.writers, [*people, *OTHERS])
        async for one in serving(engine.url, names, SearchOptions(tokens=[TOKEN])):
            yield one


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("K-48213", "customer"),
        ("k48213", "customer"),
        ("K 48213", "customer"),
        ("Customer number: K-48213", "customer"),
        ("ticket of K-48213", "customer"),
        ("7700123", "order"),
        ("ann.other@home.example", "address"),
        ("+49 170 5550147", "phone"),
        ("+491705550147", "phone"),
    ],
)
async def test_the_user_is_found_first(api: Api, q: str, expected: str) -> None:
    assert ids((await api.find(q))["users"])[0] == f"auth0|{expected}"


async def test_a_number_may_be_another_s_phone_as_well(api: Api) -> None:
    assert ids((await api.find("7700124"))["users"]) == ["auth0|a-ends", "auth0|order"]


async def test_while_it_is_typed_whoever_may_be_meant_is_shown(api: Api) -> None:
    assert set(ids((await api.find("k-4821"))["users"])) == {"auth0|customer", "auth0|a-longer"}
    assert ids((await api.find("k-48213"))["users"]) == ["auth0|customer"]


@pytest.mark.parametrize("q", ["pro", "K-4821377", "482"])
async def test_whatever_else_stands_there_is_for_filters(api: Api, q: str) -> None:
    assert (await api.find(q))["users"] == []
