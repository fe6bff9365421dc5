"""Filters mean on the real engine what they say, checked against the directory itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.documents.attributes import Survey
from service.events.json_value import JsonValue
from tests.integration.search.conftest import USERS, Api, ids, index
from tests.integration.search.directory import directory

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYBODY = directory(USERS)
User = dict[str, Any]


def connection(user: User) -> str:
    return str(user["identities"][0]["connection"])


def plan(user: User) -> str:
    return str(user["app_metadata"]["plan"])


def seats(user: User) -> int:
    return int(user["app_metadata"]["seats"])


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (["blocked=true"], lambda u: u["blocked"]),
        (["not blocked=true"], lambda u: not u["blocked"]),
        (
            ["email_verified=false", "blocked=true"],
            lambda u: u["blocked"] and not u["email_verified"],
        ),
        (["connection=github,acme-saml"], lambda u: connection(u) in {"github", "acme-saml"}),
        (["provider!=auth0"], lambda u: u["identities"][0]["provider"] != "auth0"),
        (["identities.isSocial=true"], lambda u: u["identities"][0]["isSocial"]),
        (["last_login>=2025-01-01"], lambda u: u.get("last_login", "") >= "2025-01-01"),
        (["last_login<2024-06-15"], lambda u: "" < u.get("last_login", "") < "2024-06-15"),
        (["last_login>2024-06-15"], lambda u: u.get("last_login", "") > "2024-06-16"),
        (["created_at=2024-06-15"], lambda u: u["created_at"].startswith("2024-06-15")),
        (["missing(last_login)"], lambda u: "last_login" not in u),
        (
            ["present(last_login) and logins_count>=400"],
            lambda u: "last_login" in u and u["logins_count"] >= 400,
        ),
        (["logins_count=7,8"], lambda u: u["logins_count"] in {7, 8}),
        (["app_metadata.plan=pro"], lambda u: plan(u) == "pro"),
        (["app_metadata.plan!=pro"], lambda u: plan(u) != "pro"),
        (["app_metadata.plan^=e"], lambda u: plan(u).startswith("e")),
        (["app_metadata.plan>free"], lambda u: plan(u) > "free"),
        (["app_metadata.plan<=free"], lambda u: plan(u) <= "free"),
        (["app_metadata.seats>=9"], lambda u: seats(u) >= 9),
        (["app_metadata.seats<9"], lambda u: seats(u) < 9),
        (["app_metadata.seats<=10"], lambda u: seats(u) <= 10),
        (["missing(user_metadata)"], lambda u: True),
        (["present(user_metadata.a)"], lambda u: False),
        (["email.domain=beispiel.de"], lambda u: u["email"].endswith("@beispiel.de")),
        (['name^="jürgen m"'], lambda u: u["name"].startswith("Jürgen M")),
        (['name^="JURGEN M"'], lambda u: u["name"].startswith("Jürgen M")),
        (["name=Jürgen Müller"], None),
        (['name="Jürgen Müller"'], lambda u: u["name"] == "Jürgen Müller"),
        (['name="jürgen müller"'], lambda u: False),
        (['name~="muller jurgen"'], lambda u: u["name"] == "Jürgen Müller"),
        (
            ["blocked=true or (app_metadata.plan=free and not connection=github)"],
            lambda u: u["blocked"] or (plan(u) == "free" and connection(u) != "github"),
        ),
    ],
)
async def test_filters_select(
    api: Api, filters: list[str], holds: Callable[[User], bool] | None
) -> None:
    pairs = [("filter", one) for one in filters]
    if holds is None:
        status, _, _ = await api.request("GET", "/users", params=pairs)
        assert status == 400
        return
    expected = sorted(user["user_id"] for user in EVERYBODY if holds(user))
    answer = await api.get("/users", *pairs, limit="1000", total="exact")
    assert answer["total"] == {"value": len(expected), "relation": "eq"}
    assert ids(answer["users"]) == expected[:1000]


NUMBERS = (-100, -10.25, -3.5, -2, -0.5, 0, 7, 18, 18.2, 18.25, 18.5, 100, 123456789012.375)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("score>18.2", lambda n: n > 18.2),
        ("score>=18.20", lambda n: n >= 18.2),
        ("score<18.2", lambda n: n < 18.2),
        ("score<=18.25", lambda n: n <= 18.25),
        ("score<-3.5", lambda n: n < -3.5),
        ("score>-0.75", lambda n: n > -0.75),
        ("score>123456789012.374", lambda n: n > 123456789012.374),
        ("end<now", lambda n: n >= 0),
        ("end<=now-18d", lambda n: n >= 18),
        ("end>now-18d", lambda n: n < 18),
    ],
)
async def test_ranges_on_metadata_compare_numbers_and_dates(
    api: Api, condition: str, holds: Callable[[float], bool]
) -> None:
    now = datetime.now(UTC)
    users = []
    for number in NUMBERS:
        end = (now - timedelta(days=min(number, 9_999) + 0.25)).isoformat(timespec="milliseconds")
        metadata: JsonValue = {"score": number, "end": end.replace("+00:00", "Z")}
        tokens = list(Survey("user_metadata", metadata).tokens)
        users.append({"user_id": f"auth0|number{number}", "attributes": tokens})
    await index(api.client, api.names.writers, users)
    try:
        answer = await api.get("/users", filter=f"user_metadata.{condition}", limit="1000")
        expected = sorted(f"auth0|number{number}" for number in NUMBERS if holds(number))
        assert ids(answer["users"]) == expected
    finally:
        for user in users:
            await api.client.delete(index=api.names.writers, id=user["user_id"])
        await api.client.indices.refresh(index=api.names.writers)


async def test_text_and_filters_together(api: Api) -> None:
    answer = await api.find("ann", filter="blocked=true", limit="1000")
    assert answer["users"]
    assert all(user["blocked"] for user in answer["users"])


async def test_filters_score_nothing_and_ranking_stays(api: Api) -> None:
    all_of_them = await api.find("smith", limit="1000")
    some = await api.find("smith", limit="1000", filter="blocked=false")
    kept = [user for user in all_of_them["users"] if not user["blocked"]]
    assert some["users"] == kept


async def test_an_address_is_the_same_in_any_case_but_not_without_its_accents(api: Api) -> None:
    addresses = ["ann@case.example", "Ann@Case.example", "änn@case.example", "bob@case.example"]
    addresses += ["ÄNN@Case.example", "Σίσυφος+a.b@case.example"]
    users = [{"user_id": f"auth0|case{n}", "email": one} for n, one in enumerate(addresses)]
    await index(api.client, api.names.writers, users)
    domain = ("filter", "email.domain=Case.example")
    for condition, expected in (
        ("email=ANN@case.example", [0, 1]),
        ("email=Ann@case.example,BOB@case.example", [0, 1, 3]),
        ("email!=ANN@case.example,bob@case.example", [2, 4, 5]),
        ("email=Änn@CASE.example", [2, 4]),
        ("email=ΣΊΣΥΦΟΣ+A.B@case.example", [5]),
        ("email=ΣΊΣΥΦΟΣ+A.*", []),
    ):
        answer = await api.get("/users", domain, filter=condition)
        assert ids(answer["users"]) == [f"auth0|case{n}" for n in expected]
    for user in users:
        await api.client.delete(
            index=api.names.writers, id=user["user_id"], params={"refresh": "true"}
        )


async def test_users_whose_metadata_was_cut_are_named(api: Api) -> None:
    cut = {
        "user_id": "auth0|cut-metadata",
        "name": "Cut Metadata",
        "attributes": ["app_metadata"],
        "attributes_truncated": True,
    }
    await index(api.client, api.names.writers, [cut])
    only = ("filter", 'name="Cut Metadata"')
    answer = await api.get("/users", only, ("filter", "missing(app_metadata.plan)"))
    assert (ids(answer["users"]), answer["uncertain"]) == ([cut["user_id"]], [cut["user_id"]])
    assert "uncertain" not in await api.get("/users", only)
    cut_ones = await api.get("/users", filter="attributes_truncated=true")
    assert ids(cut_ones["users"]) == [cut["user_id"]]
    await api.client.delete(index=api.names.writers, id=cut["user_id"], params={"refresh": "true"})


async def test_a_mistake_says_where_and_what(api: Api) -> None:
    status, _, body = await api.request(
        "GET", "/users", params=[("filter", "blocked=true"), ("filter", "name=(")]
    )
    assert status == 400
    problem = await api.problem(400, filter="name=(")
    assert problem == {
        "type": "urn:auth0-opensearch-sync:problem:invalid-filter",
        "title": "A filter can't be understood",
        "status": 400,
        "detail": "expected a value at position 6",
        "parameter": "filter",
        "filter": 1,
        "position": 6,
        "expected": "a value",
    }
    assert b'"filter":2' in body


@pytest.mark.parametrize(
    "text",
    [
        "name^=*",
        "name^=.*",
        "app_metadata.a^=.*(",
        "app_metadata.a.*=1",
        "app_metadata.[a-z]{9}>=5",
        'app_metadata.a"b=1',
        "email=/(a+)+$/",
        "user_id=*",
        "name~=a*",
        "app_metadata.x@#&<>~>=1",
        "app_metadata.\u0000=1",
        "last_ip=::/0",
        "last_ip=::/80",
        "last_ip=::ffff:0:0/90",
        "last_ip=::ffff:0:0/95",
        "last_ip=::ffff:0:0/96",
        "last_ip!=::ffff:10.0.0.0/104",
        "last_ip=::ffff:10.0.0.1/128",
        "last_ip>::ffff:10.0.0.1",
        "last_ip<10.0.0.0/8",
        "last_ip=0.0.0.0/0",
        "last_ip=::10.0.0.1",
        "last_login>2026-01-01T00:00:00+18:00",
        "last_login>2026-01-01T00:00:00-18:00",
        "last_login>2026-01-01T00:00:00-17:59",
        "last_login>2026-01-01T00:00:00-00:00",
        "last_login>2026-01-01T00:00:00+19:00",
        "last_login>2026-01-01T00:00:00+00:60",
        "last_login>2026-01-01T24:00:00Z",
        "last_login>2026-01-01T23:59Z",
        "last_login>2026-01-01T23:59:59.123456Z",
        "app_metadata.n>=-999999999999999",
        '"app_metadata.a\\\\"=1',
        '"app_metadata.(((" >= 5',
        "event.time>=now-50y",
        "event.time>now-99999d",
        "event.time>now-18250d",
        "event.time>now-2600w",
        "event.time>now-600M",
        "event.time>now-99999w",
        "app_metadata.n>-9999999.99999999",
        f"app_metadata.{'x' * 1_000}>5",
        f"app_metadata.{'x' * 400}>=123456789012345",
        f"app_metadata.{'.' * 480}>5",
        "event.time<2260-12-31",
    ],
)
async def test_values_are_never_patterns(api: Api, text: str) -> None:
    """Whatever is written is refused as a filter, or looked for as it stands."""
    status, _, body = await api.request("GET", "/users", params={"filter": text})
    assert status in {200, 400}, body
    if status == 200 and "*" in text:
        assert b'"users":[]' in body
