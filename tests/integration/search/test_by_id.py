"""Reads by id and look-ups: at once, never a deleted user, only what changed."""

import json
import unicodedata
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from service.search.options import SearchOptions
from tests.conftest import Engine
from tests.integration.search.conftest import TOKEN, USERS, Api, ids, index, serving
from tests.integration.search.directory import directory

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYBODY = directory(USERS)
TOMBSTONE = {
    "user_id": "auth0|deleted",
    "deleted_at": "2026-01-01T00:00:00Z",
    "indexed_at": "2026-01-01T00:00:00Z",
    "event": {"id": "evt_1", "type": "user.deleted", "time": "2026-01-01T00:00:00Z"},
}


def path_of(user_id: str) -> str:
    return "/users/" + quote(user_id, safe="")


async def put(api: Api, source: dict[str, Any], *, version: int) -> None:
    """Written, not refreshed."""
    await api.client.index(
        index=api.names.writers,
        id=source["user_id"],
        body=source,
        params={"version": version, "version_type": "external"},
    )


@pytest.mark.parametrize(
    "user_id",
    [
        "auth0|one",
        "google-oauth2|12/34",
        "samlp|a b|c",
        "sms|%2F+&=#?",
        "auth0|Łukasz😀",
        "auth0|a\\b",
        "auth0|..",
        ".",
        "..",
        "a/../b",
        "auth0|;x=1",
        "auth0|\u0001",
        "auth0|a\nb\r\n",
        "*",
        "_search",
        "x" * 512,
    ],
)
async def test_a_user_is_read_as_written_before_any_refresh(api: Api, user_id: str) -> None:
    source = {"user_id": user_id, "app_metadata": {"n": 123456789012345678901234567890}}
    body = json.dumps(source).encode()
    await api.client.transport.perform_request(
        "PUT",
        f"/{api.names.writers}/_doc/{quote(user_id, safe='')}",
        params={"version": 5, "version_type": "external"},
        body=body,
    )
    raw = path_of(user_id).replace(".", "%2E") if set(user_id) == {"."} else path_of(user_id)
    async with api.session.get(encoded(api.url + raw)) as reply:
        assert reply.status == 200, raw
        assert json.loads(await reply.read()) == source
        assert reply.headers["ETag"] == '"5"'
    await api.client.delete(index=api.names.writers, id=user_id, params={"refresh": "true"})


def encoded(url: str) -> Any:
    from yarl import URL

    return URL(url, encoded=True)


@pytest.mark.parametrize(
    "path", ["/users/auth0%7Cnobody", "/users/" + "x" * 513, "/users/%FF", "/users/a%00b"]
)
async def test_who_is_unknown_is_not_found(api: Api, path: str) -> None:
    async with api.session.get(encoded(api.url + path)) as reply:
        assert reply.status == 404
        assert (await reply.json(content_type=None))["type"].endswith(":user-not-found")


async def test_who_is_deleted_is_nowhere(api: Api) -> None:
    await index(api.client, api.names.writers, [TOMBSTONE])
    user_id = TOMBSTONE["user_id"]
    unknown = await api.problem(404, "/users/auth0%7Cnobody")
    assert await api.problem(404, path_of(str(user_id))) == unknown
    assert await api.problem(404, path_of(str(user_id)), fields="email") == unknown
    for parameters in (
        {"q": user_id},
        {"filter": f"user_id={user_id}"},
        {"filter": "missing(name)"},
        {"filter": "not name=x", "sort": "-indexed_at", "limit": "1000"},
        {"filter": "event.type=user.deleted"},
    ):
        page = await api.get("/users", **parameters)
        assert user_id not in ids(page["users"])
        _, _, body = await api.request(
            "GET",
            "/users",
            params={name: value for name, value in parameters.items() if name != "limit"},
            headers={"Accept": "application/x-ndjson"},
        )
        assert b"deleted" not in body
    facets = await api.get("/users", facets="event.type")
    assert [one["value"] for one in facets["facets"]["event.type"]["values"]] == ["user.created"]
    _, _, body = await api.request("POST", "/lookup", json={"ids": [user_id]})
    found = json.loads(body)
    assert (found["users"], found["missing"]["ids"]) == ([], [user_id])


async def test_what_is_known_is_not_sent_again(api: Api) -> None:
    source = {"user_id": "auth0|etag", "name": "E", "email": "e@t.ag"}
    await put(api, source, version=7)
    path = path_of("auth0|etag")
    _, headers, _ = await api.request("GET", path)
    for known in (headers["ETag"], f'"x", {headers["ETag"]}', f"W/{headers['ETag']}", "*"):
        status, again, body = await api.request("GET", path, headers={"If-None-Match": known})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    _, other, body = await api.request("GET", path, params={"fields": "name"})
    assert json.loads(body) == {"name": "E"}
    assert other["ETag"] != headers["ETag"]
    await put(api, {**source, "name": "F"}, version=8)
    status, changed, _ = await api.request("GET", path, headers={"If-None-Match": headers["ETag"]})
    assert (status, changed["ETag"]) == (200, '"8"')
    await api.client.delete(index=api.names.writers, id="auth0|etag", params={"refresh": "true"})


async def test_as_many_fields_can_be_shown_of_one_as_of_all(api: Api) -> None:
    some = EVERYBODY[:5]
    fields = ["name", *(f"app_metadata.{number}{'x' * 200}" for number in range(49))]
    path = path_of(some[0]["user_id"])
    _, _, body = await api.request("GET", path, params={"fields": ",".join(fields)})
    assert json.loads(body) == {"name": some[0]["name"]}
    _, _, body = await api.request("POST", "/lookup", json={"ids": ids(some), "fields": fields})
    assert json.loads(body)["users"] == [
        {name: user[name] for name in ("user_id", "email", "name")} for user in some
    ]
    too_much = {"ids": ids(EVERYBODY[:500]), "fields": fields}
    status, _, body = await api.request("POST", "/lookup", json=too_much)
    assert (status, json.loads(body)["type"].rpartition(":")[2]) == (400, "invalid-body")


async def test_lookup_by_ids_and_addresses(api: Api) -> None:
    some, others = EVERYBODY[:300], EVERYBODY[500:900]
    status, _, body = await api.request(
        "POST",
        "/lookup",
        json={
            "ids": [*ids(some), "auth0|nobody", "x" * 512],
            "emails": [*(user["email"].upper() for user in others), "nobody@example.com"],
        },
    )
    found = json.loads(body)
    assert status == 200
    assert found["users"][:300] == some
    assert found["users"][300:] == others
    assert found["missing"] == {
        "ids": ["auth0|nobody", "x" * 512],
        "emails": ["nobody@example.com"],
    }


async def test_lookup_of_an_address_whatever_its_case_and_form(api: Api) -> None:
    composed = "zoë@example.org"
    users = [
        {"user_id": f"auth0|form-{n}", "email": one}
        for n, one in enumerate((composed, unicodedata.normalize("NFD", composed)))
    ]
    await index(api.client, api.names.writers, users)
    for user in (*users, {"email": composed.upper()}):
        _, _, body = await api.request("POST", "/lookup", json={"emails": [user["email"]]})
        found = json.loads(body)
        assert (found["users"], found["missing"]["emails"]) == (users, [])
    for user in users:
        await api.client.delete(
            index=api.names.writers, id=user["user_id"], params={"refresh": "true"}
        )


async def test_lookup_of_an_address_that_several_have(api: Api) -> None:
    two = [{"user_id": f"auth0|same-{n}", "email": "Same@Example.org"} for n in (1, 2)]
    accented = {"user_id": "auth0|accented", "email": "sâme@example.org"}
    await index(api.client, api.names.writers, [*two, accented])
    _, _, body = await api.request(
        "POST", "/lookup", json={"emails": [" same@example.org\t"], "fields": ["name"]}
    )
    found = json.loads(body)
    assert (found["users"], found["missing"]["emails"]) == (two, [])
    for user in (*two, accented):
        await api.client.delete(
            index=api.names.writers, id=user["user_id"], params={"refresh": "true"}
        )


@pytest.mark.parametrize(
    ("body", "content_type", "status", "kind"),
    [
        (b"{", "application/json", 400, "invalid-body"),
        (b"[]", "application/json", 400, "invalid-body"),
        (b"{}", "application/json", 400, "invalid-body"),
        (b'{"ids":[]}', "application/json", 400, "invalid-body"),
        (b'{"ids":[5]}', "application/json", 400, "invalid-body"),
        (b'{"ids":[""]}', "application/json", 400, "invalid-body"),
        (b'{"ids":["a"],"x":1}', "application/json", 400, "invalid-body"),
        (b'{"ids":["a"],"fields":["nothing"]}', "application/json", 400, "invalid-parameter"),
        (b'{"ids":["\\ud800"]}', "application/json", 400, "invalid-body"),
        (json.dumps({"ids": ["a"] * 1001}).encode(), "application/json", 400, "invalid-body"),
        (
            json.dumps({"ids": ["a"] * 501, "emails": ["b"] * 500}).encode(),
            "application/json",
            400,
            "invalid-body",
        ),
        (b'{"ids":["a"]}', "text/plain", 415, "unsupported-media-type"),
        (b" " * 3_000_000, "application/json", 413, "body-too-large"),
    ],
)
async def test_lookups_that_are_refused(
    api: Api, body: bytes, content_type: str, status: int, kind: str
) -> None:
    got, headers, answer = await api.request(
        "POST", "/lookup", data=BytesIO(body), headers={"Content-Type": content_type}
    )
    assert (got, headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer)["type"].endswith(kind)


async def test_too_much_to_show_of_several_is_refused(engine: Engine, api: Api) -> None:
    users = [user for user in EVERYBODY[:2] if user["email"]]
    by_id, by_email = [user["user_id"] for user in users], [user["email"] for user in users]
    async for small in serving(engine.url, api.names, SearchOptions(tokens=[TOKEN], page_bytes=9)):
        for asked in ({"ids": by_id}, {"emails": by_email}):
            status, _, answer = await small.request("POST", "/lookup", json=asked)
            assert status == 400
            assert "look up fewer, or name the `fields`" in json.loads(answer)["detail"]
        status, _, _ = await small.request("POST", "/lookup", json={"ids": by_id[:1]})
        assert status == 200


async def test_what_a_lookup_may_hold_is_told(api: Api) -> None:
    _, _, answer = await api.request("POST", "/lookup", json={"ids": ["a"], "mails": ["b"]})
    possible = "possible members: ids, emails, fields"
    assert json.loads(answer)["errors"] == [{"pointer": "/mails", "detail": possible}]
    _, _, answer = await api.request("POST", "/lookup", data=b'{"ids":["a"]}')
    assert "application/json" in json.loads(answer)["detail"]


async def test_a_lookup_that_is_not_encoded_as_it_says_is_refused(api: Api) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    status, _, answer = await api.request("POST", "/lookup", data=b'{"ids":["a"]}', headers=headers)
    assert status == 400
    assert "Content-Encoding" in json.loads(answer)["detail"]
