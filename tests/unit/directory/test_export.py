"""An export asked for: whatever Auth0 and the network do on the way."""

import gzip
import io
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import orjson
import pytest
import pytest_asyncio
from aiohttp import web

from service.directory import export as export_module
from service.directory.errors import DirectoryError
from service.directory.export import fetch_export
from service.directory.management_api import ManagementApi
from service.directory.options import DirectoryOptions
from tests.auth0_tenant import CLIENT_ID, CLIENT_SECRET, Auth0Tenant, refusal, running_tenant

USERS = [{"user_id": f"auth0|{number}", "email": f"{number}@x.example"} for number in range(3)]
NOW_US = 1_790_000_000_000_000
JOBS = "/api/v2/jobs"


class Asked:
    """What came of asking."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.told: list[str] = []
        self.as_of_us = 0

    @property
    def users(self) -> list[object]:
        text = gzip.decompress(self.file.getvalue())
        return [orjson.loads(line) for line in text.splitlines()]


async def ask(tenant: Auth0Tenant, options: DirectoryOptions | None = None) -> Asked:
    asked = Asked()
    async with ManagementApi(options or usual(tenant), asked.told.append) as api:
        asked.as_of_us = await fetch_export(
            api,
            ["user_id", "email"],
            asked.file,
            getting_on=asked.told.append,
            waiting=asked.told.append,
            now_us=lambda: NOW_US,
        )
    return asked


def usual(tenant: Auth0Tenant) -> DirectoryOptions:
    return DirectoryOptions(tenant.url, CLIENT_ID, CLIENT_SECRET, timeout_s=5, patience_s=20)


def cut() -> web.Response:
    answer = web.Response(body=b"\x1f\x8b\x08", headers={"Content-Length": "99"})
    answer.force_close()
    return answer


@pytest_asyncio.fixture
async def tenant(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Auth0Tenant]:
    monkeypatch.setattr(export_module, "_FIRST_LOOK_S", 0.001)
    async with running_tenant(USERS) as running:
        yield running


async def test_every_user_with_the_fields_asked_for(tenant: Auth0Tenant) -> None:
    asked = await ask(tenant)
    assert asked.users == USERS
    assert any("40 %" in line for line in asked.told)


async def test_a_minute_before_the_earlier_of_two_clocks_counts(tenant: Auth0Tenant) -> None:
    tenant.created_s = NOW_US / 1e6 - 3600
    assert (await ask(tenant)).as_of_us == NOW_US - 3_660_000_000
    tenant.created_s = NOW_US / 1e6 + 3600
    assert (await ask(tenant)).as_of_us == NOW_US - 60_000_000


@pytest.mark.parametrize("path", ["/oauth/token", f"{JOBS}/users-exports", f"{JOBS}/job_0"])
async def test_what_passes_is_waited_for(tenant: Auth0Tenant, path: str) -> None:
    tenant.faults[path] = [
        refusal(429, "Global limit has been reached", "too_many_requests", **{"Retry-After": "0"}),
        refusal(429, "Limit", **{"X-RateLimit-Reset": str(int(time.time()))}),
        lambda: web.Response(status=503, text="<html>busy</html>", headers={"Retry-After": "0"}),
    ]
    asked = await ask(tenant)
    assert asked.users == USERS
    told = [line for line in asked.told if "429" in line]
    assert len(told) == 1
    assert "Global limit has been reached" in told[0]


async def test_an_end_of_patience(tenant: Auth0Tenant) -> None:
    tenant.faults["/oauth/token"] = [refusal(500, "Internal")] * 100
    with pytest.raises(DirectoryError, match="answered 500"):
        await ask(tenant, replace(usual(tenant), patience_s=0.1))


async def test_nobody_there(tenant: Auth0Tenant) -> None:
    options = replace(usual(tenant), url="http://127.0.0.1:9", patience_s=0.1)
    with pytest.raises(DirectoryError, match=r"http://127.0.0.1:9/oauth/token doesn't answer"):
        await ask(tenant, options)


async def test_a_token_that_expires_while_the_job_runs(tenant: Auth0Tenant) -> None:
    def expired() -> web.Response:
        tenant.revoke()
        return refusal(401, "Expired token received", "invalid_token")()

    tenant.faults[f"{JOBS}/job_0"] = [expired]
    assert (await ask(tenant)).users == USERS
    assert tenant.asked.count("POST /oauth/token") == 2
    assert tenant.asked.count(f"POST {JOBS}/users-exports") == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(lambda: web.Response(status=403, text="<Error/>"), id="expired"),
        pytest.param(cut, id="cut"),
    ],
)
async def test_a_link_that_is_good_no_more_is_got_anew(tenant: Auth0Tenant, fault: object) -> None:
    tenant.faults["/link/"] = [fault, fault]  # type: ignore[list-item]
    assert (await ask(tenant)).users == USERS
    assert len([path for path in tenant.asked if path.startswith("GET /link/")]) == 3


async def test_links_that_are_never_good(tenant: Auth0Tenant) -> None:
    tenant.faults["/link/"] = [lambda: web.Response(status=403)] * 10
    with pytest.raises(DirectoryError, match="the export's link was answered 403"):
        await ask(tenant)


async def test_a_wrong_secret(tenant: Auth0Tenant) -> None:
    with pytest.raises(DirectoryError) as error:
        await ask(tenant, replace(usual(tenant), client_secret="wr0ng"))
    assert "/oauth/token answered 401 (Unauthorized)" in str(error.value)
    assert "USER_SYNC_AUTH0_CLIENT_SECRET" in str(error.value)
    assert "wr0ng" not in str(error.value)
    assert tenant.asked == ["POST /oauth/token"]


@pytest.mark.parametrize(
    ("path", "fault", "words"),
    [
        (
            f"{JOBS}/users-exports",
            refusal(403, "Insufficient scope, expected any of: read:users", "insufficient_scope"),
            ["Insufficient scope", "permission read:users"],
        ),
        (
            "/oauth/token",
            lambda: web.Response(status=404, text="<html>"),
            ["answered 404 without JSON", "USER_SYNC_AUTH0_DOMAIN"],
        ),
        (
            "/oauth/token",
            lambda: web.Response(text="<html>a portal</html>"),
            ["answered 200 without JSON", "USER_SYNC_AUTH0_DOMAIN"],
        ),
        ("/oauth/token", lambda: web.json_response({}), ["no access_token"]),
        ("/oauth/token", lambda: web.json_response({"a": "x" * 2_000_000}), ["without an end"]),
        (f"{JOBS}/users-exports", lambda: web.json_response({"id": 5}), ["describes no job"]),
        (
            f"{JOBS}/users-exports",
            refusal(400, "Payload validation error"),
            ["answered 400 (Payload validation error)"],
        ),
    ],
)
async def test_what_is_refused(
    tenant: Auth0Tenant, path: str, fault: object, words: list[str]
) -> None:
    tenant.faults[path] = [fault]  # type: ignore[list-item]
    with pytest.raises(DirectoryError) as error:
        await ask(tenant)
    for word in words:
        assert word in str(error.value)


async def test_a_job_that_fails(tenant: Auth0Tenant) -> None:
    tenant.final = {"status": "failed", "summary": "Export failed"}
    with pytest.raises(DirectoryError, match=r"job_0 ended as failed \(Export failed\)"):
        await ask(tenant)
