"""The search API of the running service, as curl reaches it, from an event's 204 to its finding."""

import re
import time
from typing import Any

import aiohttp
import orjson
import pytest

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.waiting import eventually

TOKEN = "a-search-token"
OLD_TOKEN = "the-token-before"


async def ask(
    service: Service, path: str, *, token: str = TOKEN, **parameters: str
) -> tuple[int, Any]:
    """Status and JSON."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{service.private_url}/api/v1{path}",
            params=parameters,
            headers={"Authorization": f"Bearer {token}"},
        ) as reply,
    ):
        return reply.status, orjson.loads(await reply.read())


async def found(service: Service, **parameters: str) -> list[dict[str, Any]]:
    status, body = await ask(service, "/users", **parameters)
    assert status == 200, body
    users: list[dict[str, Any]] = body["users"]
    return users


async def test_from_event_to_search_and_back(service: StartService) -> None:
    running = await service(SEARCH_TOKENS=f"{TOKEN},{OLD_TOKEN}")
    user_id = new_user_id()
    now = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime())
    assert (await ask(running, "/users", token="wrong"))[0] == 401

    created = event("created", user_id, f"{now}100Z", name="Ada Lovelace", email="ada@acme.com")
    assert await running.post(created) == 204

    async def searchable() -> bool:
        status, body = await ask(running, "/users", q="lovel ad")
        return status == 200 and [user["user_id"] for user in body["users"]] == [user_id]

    await eventually(searchable, what="the user's being found")
    for q in ("Ada Lovelace", "@acme.com", "ada@acme.com", user_id, "lovelcae"):
        assert [user["user_id"] for user in await found(running, q=q)] == [user_id], q
    plan = "app_metadata.plan=pro"
    assert [user["user_id"] for user in await found(running, filter=plan)] == [user_id]
    status, user = await ask(running, f"/users/{user_id}", token=OLD_TOKEN)
    assert (status, user["email"]) == (200, "ada@acme.com")

    assert await running.post(event("deleted", user_id, f"{now}200Z")) == 204

    async def gone() -> bool:
        return (await ask(running, f"/users/{user_id}"))[0] == 404

    await eventually(gone, what="the user's deletion")
    assert await running.metric('user_sync_searches_total{kind="search",outcome="ok"}') >= 6
    log = running.log.read_text()
    assert not re.search(r"lovel|acme\.com|app_metadata", log, re.IGNORECASE)


@pytest.mark.parametrize("path", ["/users", "/users/x", "/openapi.json"])
async def test_without_tokens_there_is_no_search(running: Service, path: str) -> None:
    status, body = await ask(running, path)
    assert (status, body["type"]) == (404, "urn:auth0-opensearch-sync:problem:not-found")


async def test_the_public_door_leads_to_no_search(service: StartService) -> None:
    one = await service(SEARCH_TOKENS=TOKEN)
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{one.public_url}/api/v1/users", headers={"Authorization": f"Bearer {TOKEN}"}
        ) as reply,
    ):
        assert reply.status == 404


async def test_without_an_engine_a_search_is_a_prompt_503(service: StartService) -> None:
    one = await service(opensearch_url="http://127.0.0.1:1", SEARCH_TOKENS=TOKEN)
    begun = time.monotonic()
    status, body = await ask(one, "/users", q="ada")
    assert status == 503
    assert body["type"].endswith(":engine-unavailable")
    assert time.monotonic() - begun < 3
