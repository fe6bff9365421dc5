"""`user-sync rebuild` beside a serve that is busy, and after one that was killed."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.directory import Directory
from tests.acceptance.service_process import COMMAND, Service, environment
from tests.acceptance.traffic import Traffic

TIME = "2025-02-01T12:34:56.789Z"


@asynccontextmanager
async def always_found(service: Service, user_id: str) -> AsyncIterator[None]:
    """Whoever searches for the user meanwhile finds one."""
    done = asyncio.Event()
    query = {"query": {"term": {"user_id": user_id}}}
    found: list[int] = []

    async def search() -> None:
        while not done.is_set():
            answer = await service.engine("POST", f"/{service.index}/_search", query)
            found.append(answer["hits"]["total"]["value"])

    searching = asyncio.create_task(search())
    yield
    done.set()
    await searching
    assert set(found) == {1}


async def killed_while_writing_is_blocked(service: Service) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "rebuild",
        env=environment(service.folder, service.settings),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async for line in process.stderr:
        if b"stands still" in line:
            process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL


async def test_nothing_is_lost_and_nobody_notices(service: StartService) -> None:
    chance = random.Random(5)
    one, directory, user_id = await service(), Directory(200, chance), new_user_id()
    assert await one.post(event("created", user_id, TIME)) == 204
    await one.drained()
    assert user_id in await one.documents()
    async with Traffic(one, directory, chance) as traffic, always_found(one, user_id):
        await killed_while_writing_is_blocked(one)
        refused = await one.user_sync("rebuild")
        assert refused.code == 1
        assert "give --discard" in refused.err
        moved = await one.user_sync("rebuild", "--discard", "--delete-old", "--shards", "2")
        assert moved.code == 0, moved.err
        assert f"from {one.index}-000001 to {one.index}-000002" in moved.out
    assert traffic.answers.keys() == {204}
    await one.drained()
    found = await one.documents(tombstones=True)
    assert found.pop(user_id)
    assert directory.contradictions(found) == []
    assert (await one.engine("GET", f"/{one.index}*/_alias")).keys() == {f"{one.index}-000002"}
    assert (await one.health())["status"] == "ok"
