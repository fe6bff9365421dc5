"""`user-sync demo` as a person runs it: right or wrong by its exit code, and gone in the end."""

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.acceptance.service_process import COMMAND, ROOT, environment, run
from tests.conftest import Engine
from tests.waiting import eventually

DEMO = (*COMMAND, "demo")
FOLDER = re.compile(rf"{ROOT}/\.user-sync/demo-\w+")

# Expects of one user, in the end, the state that was there in the beginning.
_SABOTAGED = """
from dataclasses import replace
from service.commands.main import cli
from service.demo import history, playing

right = history.history

def wrong(now_us, seed):
    first, *others, last = right(now_us, seed)
    _, *rest = last.leaves
    return [first, *others, replace(last, leaves=(first.leaves[0], *rest))]

history.history = wrong
playing._SEARCHABLE_SECONDS = 0.5
cli(["demo", "--once"])
"""


def env(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of a person with an empty home; the engine that is installed is found."""
    found = environment(home, settings or {})
    if folder := os.environ.get("USER_SYNC_ENGINE_DIR"):
        found["USER_SYNC_ENGINE_DIR"] = folder
    return found


class Running:
    """A demo that is up. seen: every process it has had so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out = ""
        self.seen: set[psutil.Process] = set()

    async def until(self, text: str) -> None:
        """Read until it says so."""
        assert self.process.stdout
        async with asyncio.timeout(90):
            while text not in self.out:
                more = await self.process.stdout.read(4096)
                assert more, self.out
                self.out += more.decode(errors="replace")
        self.seen |= set(psutil.Process(self.process.pid).children(recursive=True))

    async def ended(self) -> int:
        """Its exit code."""
        assert self.process.stdout
        async with asyncio.timeout(30):
            self.out += (await self.process.stdout.read()).decode(errors="replace")
            return await self.process.wait()

    def alive(self) -> list[str]:
        """What still runs of it."""
        return [
            " ".join(process.cmdline())
            for process in self.seen
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        ]

    def folder(self) -> Path:
        """Its folder, by the settings of its serve."""
        for process in self.seen:
            if journal := process.environ().get("USER_SYNC_JOURNAL_PATH"):
                return Path(journal).parent
        raise AssertionError("no serve runs")


@asynccontextmanager
async def demo(
    home: Path, settings: Mapping[str, str] | None = None, *arguments: str
) -> AsyncIterator[Running]:
    """A demo that runs; killed in the end if it is still there."""
    process = await asyncio.create_subprocess_exec(
        *(*DEMO, *arguments),
        env=env(home, settings),
        cwd=home,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def everything_of_demos(url: str) -> str:
    """Names on a cluster that a demo has made."""
    async with aiohttp.ClientSession() as session:
        texts = []
        for path in ("/_alias", "/_index_template", "/_component_template"):
            async with session.get(url + path) as answer:
                texts.append(await answer.text())
    return "\n".join(texts)


async def test_once_on_a_cluster_is_right_readable_and_leaves_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    result = await run(
        [*DEMO, "--once"], env=env(tmp_path, {"OPENSEARCH_URL": engine.url}), cwd=tmp_path
    )
    assert result.code == 0, result.out + result.err
    assert result.err == ""
    assert "\x1b" not in result.out
    assert "\r" not in result.out
    assert "✗" not in result.out
    assert "The index is exactly as the history leaves it" in result.out
    for word in ("duplicate", "stale", "ignored", "test", "refused", "dead letters", "applied"):
        assert re.search(rf"^ +[\d,]+  {word} ", result.out, re.MULTILINE), word
    index = re.search(r"auth0-users-demo-\w+", result.out)
    assert index
    assert index[0] not in await everything_of_demos(engine.url)


async def test_on_a_node_of_its_own_nothing_else_is_needed(tmp_path: Path) -> None:
    async with demo(tmp_path, {}, "--once") as running:
        await running.until("user-sync serve")
        folder = running.folder()
        assert FOLDER.fullmatch(str(folder))
        assert await running.ended() == 0, running.out
        assert "The index is exactly as the history leaves it" in running.out
        assert not running.alive()
        assert not folder.exists()
        assert not os.listdir(tmp_path)  # noqa: PTH208


async def test_a_wrong_index_is_told_and_its_exit_code_is_1(engine: Engine, tmp_path: Path) -> None:
    result = await run(
        [sys.executable, "-c", _SABOTAGED],
        env=env(tmp_path, {"OPENSEARCH_URL": engine.url}),
        cwd=tmp_path,
    )
    assert result.code == 1, result.out
    assert "✗ Ann Smith: event.id is" in result.out
    assert "The index is not right" in result.out
    assert "exactly as the history leaves it" not in result.out


async def test_it_stays_up_and_what_it_says_can_be_pasted(engine: Engine, tmp_path: Path) -> None:
    async with demo(tmp_path, {"OPENSEARCH_URL": engine.url}) as running:
        await running.until(" dead-letters list\n")
        post = re.search(r"^curl -i .*?\}\}\}'$", running.out, re.MULTILINE | re.DOTALL)
        find = re.search(r"^curl -s .*$", running.out, re.MULTILINE)
        operate = re.search(r"^\. .*$", running.out, re.MULTILINE)
        search = re.search(r"^curl -sG .*?q=ann\+sm$", running.out, re.MULTILINE | re.DOTALL)
        assert post
        assert search
        assert find
        assert operate

        posted = await shell(post[0], tmp_path)
        assert "204" in posted.splitlines()[0]
        await running.until("1 event received: 1 applied · 18 users")
        assert '"name":"Grace Hopper"' in await shell(find[0], tmp_path)
        assert '"name":"Ann Smith"' in await shell(search[0], tmp_path)
        status = await shell(f"{operate[0]} && {' '.join(COMMAND)} status", tmp_path)
        assert "18 users" in status
        for address in re.findall(r"http://127\.0\.0\.1:\d+/(?:healthz|metrics)", running.out):
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                assert answer.status == 200

        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 0
        assert not running.alive()


async def shell(command: str, folder: Path) -> str:
    """What a command prints when it is pasted into a shell at the folder."""
    result = await run(["sh", "-c", command], env=env(folder), cwd=folder)
    assert result.code == 0, result.err
    return result.out


@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        ("becomes of it in OpenSearch.\n", signal.SIGINT, 130),
        (" 4  Old news", signal.SIGTERM, 143),
        ("It stays up", signal.SIGHUP, 0),
    ],
)
async def test_a_signal_leaves_no_process_no_file_and_no_index(
    engine: Engine, tmp_path: Path, moment: str, number: signal.Signals, code: int
) -> None:
    async with demo(tmp_path, {"OPENSEARCH_URL": engine.url}) as running:
        await running.until(moment)
        running.process.send_signal(number)
        assert await running.ended() == code
        assert "No process and no file of it is left." in running.out
        assert not running.alive()
        for folder in re.findall(r"\.user-sync/demo-\w+", running.out):
            assert not (ROOT / folder).exists()
        there = await everything_of_demos(engine.url)
        for index in re.findall(r"auth0-users-demo-\w+", running.out):
            assert index not in there


async def test_ctrl_c_while_its_node_boots_leaves_no_process(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        await running.until("becomes of it in OpenSearch.\n")
        me = psutil.Process(running.process.pid)

        async def boots() -> bool:
            running.seen |= set(me.children(recursive=True))
            return any("java" in process.name() for process in running.seen)

        await eventually(boots, what="the node's process")
        running.process.send_signal(signal.SIGINT)
        assert await running.ended() == 130
        assert not running.alive()


async def test_it_ends_when_nobody_reads_it_any_more(engine: Engine, tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220
        DEMO, env=env(tmp_path, {"OPENSEARCH_URL": engine.url}), stdout=subprocess.PIPE
    )
    try:
        assert process.stdout
        out = process.stdout

        def read() -> None:
            while b"told here" not in out.readline():
                pass
            out.readline()  # the blank line at the end: nothing is being written now

        async with asyncio.timeout(60):
            await asyncio.to_thread(read)
            process.stdout.close()
            await asyncio.to_thread(process.wait)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


async def test_it_ends_with_the_make_that_started_it(engine: Engine, tmp_path: Path) -> None:
    # A shell stands in for make, killed without a chance to end the demo.
    settings = {**env(tmp_path, {"OPENSEARCH_URL": engine.url}), "MAKELEVEL": "1"}
    shell = await asyncio.create_subprocess_exec(
        *("sh", "-c", f"{' '.join(DEMO)}; true"),
        env=settings,
        stdout=asyncio.subprocess.PIPE,
    )
    running = Running(shell)
    await running.until("told here")
    shell.kill()

    async def gone() -> bool:
        return not running.alive()

    await eventually(gone, within=15, what="the demo's end")
    await running.ended()


async def test_killed_it_takes_its_node_and_its_serve_along(tmp_path: Path) -> None:
    async with demo(tmp_path) as running:
        await running.until("It stays up")
        assert len(running.alive()) == 4, "node and serve, each with its supervisor"
        running.process.send_signal(signal.SIGKILL)

        async def gone() -> bool:
            return not running.alive()

        await eventually(gone, within=15, what="the end of node and serve")


async def test_a_part_that_ends_ends_the_demo_with_its_log(engine: Engine, tmp_path: Path) -> None:
    async with demo(tmp_path, {"OPENSEARCH_URL": engine.url}) as running:
        await running.until("It stays up")
        (serve,) = [p for p in running.seen if p.cmdline()[1:2] == ["-P"]]
        serve.kill()
        assert await running.ended() == 1
        assert "Error: user-sync serve has ended:" in running.out
        assert "ready: events posted" in running.out


async def test_in_a_terminal_the_cursor_comes_back_when_it_is_interrupted(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(  # noqa: ASYNC220
        DEMO,
        env={**env(tmp_path), "TERM": "xterm-256color", "COLUMNS": "80"},
        cwd=tmp_path,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    out = b""

    def read() -> bytes:
        try:
            return os.read(leader, 4096)
        except OSError:  # the other end is closed
            return b""

    try:
        async with asyncio.timeout(60):
            while "OpenSearch starts …".encode() not in out:
                out += await asyncio.to_thread(read)
            process.send_signal(signal.SIGINT)
            while more := await asyncio.to_thread(read):
                out += more
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    assert b"\x1b[?25h" in out
    assert b"\x1b[?25l" not in out.rpartition(b"\x1b[?25h")[2]
    assert b"No process and no file of it is left." in out


async def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = {"OPENSEARCH_URL": "http://127.0.0.1:9"}
    result = await run([*DEMO, "--once"], env=env(tmp_path, settings), cwd=tmp_path)
    assert result.code == 1
    assert result.err.startswith("Error: OpenSearch at http://127.0.0.1:9 can't be reached")


async def test_two_at_a_time_do_not_collide(engine: Engine, tmp_path: Path) -> None:
    settings = {"OPENSEARCH_URL": engine.url}
    async with demo(tmp_path, settings) as one:
        await one.until("It stays up")
        result = await run([*DEMO, "--once"], env=env(tmp_path, settings), cwd=tmp_path)
        assert result.code == 0, result.out
        assert one.folder().is_dir()
