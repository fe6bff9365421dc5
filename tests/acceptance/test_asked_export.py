"""`user-sync import` and `reconcile` without a file: Auth0 is asked for the export."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping

import orjson
import pytest

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.exports import users
from tests.acceptance.reconciling import BEFORE, found, lose
from tests.acceptance.service_process import COMMAND, Service
from tests.auth0_tenant import CLIENT_ID, CLIENT_SECRET, Auth0Tenant, running_tenant
from tests.waiting import eventually


@pytest.fixture
async def tenant() -> AsyncIterator[Auth0Tenant]:
    async with running_tenant() as running:
        yield running


def access(tenant: Auth0Tenant) -> Mapping[str, str]:
    return {
        "AUTH0_DOMAIN": tenant.url,
        "AUTH0_CLIENT_ID": CLIENT_ID,
        "AUTH0_CLIENT_SECRET": CLIENT_SECRET,
    }


async def test_a_directory_imported_and_drift_found_and_mended(
    service: StartService, tenant: Auth0Tenant
) -> None:
    synced = await service(**access(tenant))
    export = users(12)
    tenant.users = list(export.values())
    imported = await synced.user_sync("import")
    assert imported.code == 0, imported.err
    await synced.drained()
    assert (await synced.documents()).keys() == export.keys()

    equal = await synced.user_sync("reconcile")
    assert equal.code == 0, equal.err
    assert "The index is equal to the export." in equal.err

    missing = next(iter(export))
    await lose(synced, missing)
    surplus = new_user_id()
    await synced.post(event("created", surplus, BEFORE))
    result = await synced.user_sync("reconcile", "--json")
    assert result.code == 1
    assert found(orjson.loads(result.out)) == {missing: "missing", surplus: "surplus"}
    assert (await synced.status())["journal"]["last_comparison"]["differences"] == 2
    assert await synced.metric("user_sync_last_comparison_differences") == 2

    mended = await synced.user_sync("reconcile", "--repair", "--delete-surplus", "1")
    assert mended.code == 0, mended.err
    assert await synced.metric("user_sync_last_comparison_differences") == 0
    await synced.drained()
    assert (await synced.documents()).keys() == export.keys()


async def test_fields_that_no_user_has_are_compared(
    service: StartService, tenant: Auth0Tenant
) -> None:
    """All were asked for: what none of the users has is no field that the export lacks."""
    synced = await service(**access(tenant))
    export = users(2)
    first = next(iter(export))
    for one in export.values():
        del one["nickname"]
    tenant.users = list(export.values())
    await synced.post(event("updated", first, BEFORE))
    assert (await synced.user_sync("import")).code == 0
    await synced.drained()
    said = orjson.loads((await synced.user_sync("reconcile", "--json")).out)
    assert found(said) == {first: "differing"}
    assert "nickname" in said["users"][0]["fields"]


@pytest.mark.parametrize("command", ["import", "reconcile"])
async def test_without_a_file_and_settings_it_says_what_to_set(
    service: StartService, command: str
) -> None:
    alone = await service(started=False)
    result = await alone.user_sync(command)
    assert result.code == {"import": 1, "reconcile": 2}[command]
    assert "USER_SYNC_AUTH0_DOMAIN" in result.err
    assert "FILE" in result.err
    assert "Nothing was" in result.err
    assert "Traceback" not in result.err


async def test_a_refusal_is_told_in_auth0s_words(
    service: StartService, tenant: Auth0Tenant
) -> None:
    alone = await service(started=False, **{**access(tenant), "AUTH0_CLIENT_SECRET": "wr0ng"})
    result = await alone.user_sync("reconcile")
    assert result.code == 2
    assert "answered 401 (Unauthorized)" in result.err
    assert "Nothing was compared." in result.err
    assert "wr0ng" not in result.err + result.out


async def test_a_time_without_a_file_and_a_file_without_a_time(
    service: StartService, tenant: Auth0Tenant
) -> None:
    alone = await service(started=False, **access(tenant))
    result = await alone.user_sync("reconcile", "--exported-at", BEFORE)
    assert (result.code, "belongs to a FILE" in result.err) == (2, True)
    result = await alone.user_sync("reconcile", "users.json")
    assert (result.code, "--exported-at" in result.err) == (2, True)
    assert tenant.asked == []


async def test_interrupted_while_auth0_exports(service: StartService, tenant: Auth0Tenant) -> None:
    alone = await service(started=False, **access(tenant))
    tenant.looks = 1_000_000
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "reconcile", env=alone.env, cwd=alone.folder, stderr=asyncio.subprocess.PIPE
    )

    async def looked() -> bool:
        return "GET /api/v2/jobs/job_0" in tenant.asked

    await eventually(looked, what="a look at the job")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
    assert b"Interrupted" in err
    assert b"Traceback" not in err


async def test_settings_that_lack_one(service: StartService) -> None:
    alone: Service = await service(started=False, AUTH0_DOMAIN="acme.eu.auth0.com")
    result = await alone.user_sync("import")
    assert result.code == 2
    assert "USER_SYNC_AUTH0_CLIENT_ID" in result.err
    assert "USER_SYNC_AUTH0_CLIENT_SECRET" in result.err
