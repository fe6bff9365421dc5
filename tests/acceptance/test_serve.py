"""`user-sync serve`: who may start it, and how it ends."""

import asyncio
import resource
import signal
from collections.abc import Callable, Iterator

import aiohttp
import pytest

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.load import Load
from tests.acceptance.service_process import COMMAND, Service, free_port
from tests.waiting import eventually

TIME = "2025-02-01T12:34:56.789Z"


@pytest.fixture
def open_files() -> Iterator[Callable[[int], None]]:
    """Sets how many files this process, and what it starts, may open unless it asks for more."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    def may_be(number: int) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, most))

    yield may_be
    may_be(before)


async def test_serve_refuses_without_a_credential(service: StartService) -> None:
    one = await service(started=False)
    result = await one.user_sync("serve", settings={"WEBHOOK_TOKENS": ""})
    assert result.code == 2
    assert "USER_SYNC_WEBHOOK_TOKENS" in result.err
    assert "for example" in result.err
    assert "Traceback" not in result.err


async def test_a_second_serve_is_refused_and_the_first_goes_on(running: Service) -> None:
    ports = {"PORT": str(free_port()), "PRIVATE_PORT": str(free_port())}
    result = await running.user_sync("serve", settings=ports)
    assert result.code == 1
    assert running.settings["JOURNAL_PATH"] in result.err
    assert "Traceback" not in result.err
    assert await running.post(event("created", new_user_id(), TIME)) == 204


async def test_a_port_that_is_taken_is_named(running: Service, service: StartService) -> None:
    other = await service(started=False, PORT=running.settings["PORT"])
    result = await other.user_sync("serve")
    assert result.code == 1
    assert running.settings["PORT"] in result.err
    assert "USER_SYNC_PORT" in result.err
    assert "Traceback" not in result.err


async def test_serve_takes_events_before_opensearch_answers(service: StartService) -> None:
    """An outage at the start is invisible to the sender; nothing is lost once it is over."""
    one = await service(opensearch_url="http://127.0.0.1:1")
    user_id = new_user_id()
    assert await one.post(event("created", user_id, TIME)) == 204
    assert (await one.status())["journal"]["events"] == 1
    await one.stop()


async def test_stopped_under_load_it_loses_nothing_that_it_acknowledged(
    service: StartService,
) -> None:
    one = await service()
    async with Load(one) as load:
        for _ in range(3):
            enough = len(load.acknowledged) + 300

            async def flowing(enough: int = enough) -> bool:
                return len(load.acknowledged) >= enough

            await eventually(flowing)
            await one.stop()
            await one.start()
    await one.drained()
    assert set(load.acknowledged) <= (await one.documents()).keys()
    accounting = (await one.status())["journal"]["accounting"]
    assert accounting["balanced"] is True
    assert set(load.answers) <= {204, 503, 0}


async def test_ctrl_c_ends_it_as_sigterm_does(service: StartService) -> None:
    one = await service()
    assert one.process is not None
    process = one.process
    process.send_signal(signal.SIGINT)

    async def ended() -> bool:
        return process.poll() is not None

    await eventually(ended)
    one.process = None
    assert process.returncode == 0
    assert b"Traceback" not in await asyncio.to_thread(one.log.read_bytes)


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- >&- 2>&-"])
async def test_who_starts_it_may_have_closed_the_standard_files(
    service: StartService, closed: str
) -> None:
    """Sockets and the event loop's own files would get their numbers."""
    one = await service(started=False)
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, "serve", env=one.env, cwd=one.folder
    )

    async def taken() -> bool:
        try:
            return await one.post(event("created", new_user_id(), TIME)) == 204
        except aiohttp.ClientConnectionError:
            return False

    try:
        await eventually(taken)
        await one.drained()
    finally:
        process.terminate()
        code = await asyncio.wait_for(process.wait(), 20)
    assert code == 0


async def test_every_log_line_is_json_with_an_action_and_no_personal_data(
    service: StartService,
) -> None:
    one = await service()
    user_id = new_user_id()
    await one.post(event("created", user_id, TIME, email="grace@example.com"))
    await one.post(event("created", user_id, "no time", email="grace@example.com"))
    await one.post(b"no json at all")
    await one.post(event("created", user_id, TIME), Authorization="Bearer wrong")
    await one.drained()
    await one.stop()
    text = await asyncio.to_thread(one.log.read_text)
    lines = one.log_lines()
    assert len(lines) == len(text.splitlines()), text
    assert all(line["action"] for line in lines)
    for secret in (user_id, "grace", one.token, "Bearer"):
        assert secret not in text


async def test_idle_connections_keep_nobody_out(
    service: StartService, open_files: Callable[[int], None]
) -> None:
    """Their number is bounded by what the system grants to who asks, not by its usual 1,024."""
    open_files(128)
    one = await service()
    open_files(1_024)
    port = int(one.settings["PORT"])
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    assert await one.post(event("created", new_user_id(), TIME)) == 204
    await one.drained()
    for _, writer in idle:
        writer.close()
