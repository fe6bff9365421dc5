"""`user-sync verify` against a live service, and what it says when something is wrong."""

import asyncio
import os
import re
import signal
import socket

import pytest

from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import COMMAND, Service, free_port
from tests.waiting import eventually


async def test_verify_sees_each_step_and_leaves_only_a_tombstone(service: StartService) -> None:
    one = await service()
    result = await one.user_sync("verify")
    assert result.code == 0, result.err
    for step, seen in (("create", "searchable"), ("update", "searchable"), ("delete", "invisible")):
        assert re.search(rf"{step} .*{seen} after \d+ ms", result.out), result.out
    assert await one.documents() == {}
    (tombstone,) = (await one.documents(tombstones=True)).values()
    assert "deleted_at" in tombstone
    assert "email" not in tombstone


async def test_verify_takes_the_public_url(running: Service) -> None:
    result = await running.user_sync("verify", running.webhook_url, settings={"PORT": "1"})
    assert result.code == 0, result.err


async def test_verify_with_a_wrong_token_says_so(running: Service) -> None:
    wrong = {"WEBHOOK_TOKENS": "not-the-token"}
    result = await running.user_sync("verify", running.webhook_url, settings=wrong)
    assert result.code == 1
    assert "401" in result.err or "credential" in result.err
    assert "not-the-token" not in result.err + result.out


async def test_verify_without_a_credential_says_so(running: Service) -> None:
    result = await running.user_sync("verify", settings={"WEBHOOK_TOKENS": ""})
    assert result.code == 2
    assert "USER_SYNC_WEBHOOK_TOKENS" in result.err


async def test_verify_where_nothing_listens_says_so(running: Service) -> None:
    result = await running.user_sync("verify", f"http://127.0.0.1:{free_port()}/webhook")
    assert result.code == 1
    assert "nothing listens" in result.err


async def test_verify_of_a_port_that_never_answers_ends(running: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/webhook"
        result = await running.user_sync("verify", url, "--timeout", "0.5")
    assert result.code == 1
    assert "did not answer in time" in result.err


async def test_verify_of_a_service_that_does_not_index_tells_its_health(
    service: StartService,
) -> None:
    one = await service(opensearch_url="http://127.0.0.1:1")
    result = await one.user_sync("verify", "--timeout", "2")
    assert result.code == 1
    assert "accepted, but not to be seen" in result.err
    assert "health" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
async def test_verify_that_is_stopped_takes_the_canary_away(
    service: StartService, signum: signal.Signals, code: int
) -> None:
    one = await service(opensearch_url="http://127.0.0.1:1")
    verifying = await asyncio.create_subprocess_exec(
        *COMMAND, "verify", env=one.env, cwd=one.folder, stderr=asyncio.subprocess.PIPE
    )

    async def received() -> dict[str, int]:
        figures: dict[str, int] = (await one.status())["journal"]["accounting"]["received"]
        return figures

    async def created() -> bool:
        return "user.created" in await received()

    await eventually(created, what="the canary's creation")
    verifying.send_signal(signum)
    _, err = await asyncio.wait_for(verifying.communicate(), 20)
    assert verifying.returncode == code
    assert b"taken away again" in err
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    assert (await received())["user.deleted"] == 1


async def test_verify_whose_output_nobody_reads_takes_the_canary_away(running: Service) -> None:
    async def deletions() -> int:
        status = await running.status()
        return int(status["journal"]["accounting"]["received"].get("user.deleted", 0))

    before = await deletions()
    reading, writing = os.pipe()
    os.close(reading)
    verifying = await asyncio.create_subprocess_exec(
        *COMMAND, "verify", env=running.env, cwd=running.folder, stdout=writing
    )
    os.close(writing)
    assert await asyncio.wait_for(verifying.wait(), 20) == 1
    assert await deletions() == before + 1
