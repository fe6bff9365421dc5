"""`user-sync import` of what is no export, and imports that end early: said plainly, never half."""

import asyncio
import gzip
import os
import pty
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.acceptance.conftest import StartService
from tests.acceptance.exports import ndjson, users, written
from tests.acceptance.service_process import COMMAND, Service
from tests.waiting import eventually

DAY_S = 86_400


@pytest.fixture
async def alone(service: StartService) -> Service:
    """Commands with nothing running."""
    return await service(started=False)


async def test_without_serve_the_users_wait_in_the_journal(alone: Service, tmp_path: Path) -> None:
    export = users(10)
    path = written(tmp_path, ndjson(export))
    result = await alone.user_sync("import", path)
    assert result.code == 0
    assert "No serve is running" in result.err
    status = await alone.status()
    assert (status["running"], status["journal"]["events"]) == (False, 10)
    await alone.start()
    await alone.drained()
    assert (await alone.documents()).keys() == export.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        (gzip.compress(b""), "is empty"),
        (b'[{"user_id":"auth0|a"}]', "jq -c '.[]'"),
        (b"user_id,email\na,b\n", '"format": "json"'),
        (b'{"Id":"auth0|a","Email":"a@example.com"}\n', '{"name":"app_metadata"}'),
        (gzip.compress(b"x")[:6], "cut off"),
    ],
    ids=["empty", "gzip of nothing", "an array", "a CSV", "renamed fields", "cut off at once"],
)
async def test_another_file_is_refused_whole(
    alone: Service, tmp_path: Path, text: bytes, said: str
) -> None:
    result = await alone.user_sync("import", written(tmp_path, text))
    assert result.code == 1
    assert said in result.err
    assert "Nothing was imported" in result.err
    assert (await alone.status())["journal"] is None


async def test_a_missing_file_and_a_folder_are_refused(alone: Service, tmp_path: Path) -> None:
    missing = await alone.user_sync("import", str(tmp_path / "missing.json"))
    folder = await alone.user_sync("import", str(tmp_path))
    assert (missing.code, folder.code) == (1, 1)
    assert "there is no file" in missing.err
    assert "is a folder" in folder.err


async def test_gzip_cut_off_imports_what_it_can_and_fails(alone: Service, tmp_path: Path) -> None:
    packed = gzip.compress(ndjson(users(3000)))
    result = await alone.user_sync("import", written(tmp_path, packed[:-3000]))
    assert result.code == 1
    assert "cut off" in result.err
    journaled = (await alone.status())["journal"]["events"]
    assert 0 < journaled < 3000
    assert f"journaled\t{journaled:,}\n" in result.out
    assert "bad\t0" in result.out


async def test_a_stale_export_needs_force(alone: Service, tmp_path: Path) -> None:
    path = written(tmp_path, ndjson(users(1)))
    old = time.time() - 31 * DAY_S
    os.utime(path, (old, old))
    refused = await alone.user_sync("import", path)
    assert refused.code == 1
    assert "USER_SYNC_TOMBSTONE_RETENTION" in refused.err
    assert "31 d old" in refused.err
    assert (
        await alone.user_sync("import", path, settings={"TOMBSTONE_RETENTION": "60d"})
    ).code == 0
    assert (await alone.user_sync("import", "--force", path)).code == 0


async def test_where_deletions_are_forgotten_it_says_who_comes_back(
    alone: Service, tmp_path: Path
) -> None:
    path = written(tmp_path, ndjson(users(1)))
    kept = await alone.user_sync("import", path)
    forgotten = await alone.user_sync("import", path, settings={"DELETION_MODE": "delete"})
    assert (kept.code, forgotten.code) == (0, 0)
    assert "come back" not in kept.err
    assert "deleted since this export was made come back" in forgotten.err


async def test_a_full_journal_with_nobody_to_empty_it_says_what_is_in(
    service: StartService, tmp_path: Path
) -> None:
    small = await service(started=False, JOURNAL_MAX_BYTES="1MiB")
    result = await small.user_sync("import", written(tmp_path, ndjson(users(3000))))
    assert result.code == 1
    assert "the journal is full" in result.err
    assert "\nNo serve is running that would empty the journal: start one." in result.err
    journaled = (await small.status())["journal"]["events"]
    assert 0 < journaled < 3000
    assert f"journaled\t{journaled:,}\n" in result.out


async def test_interrupted_it_says_what_is_in_and_that_it_is_safe(alone: Service) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "import",
        "-",
        env=alone.env,
        cwd=alone.folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(ndjson(users(2500)))
    await process.stdin.drain()

    async def some_are_in() -> bool:
        journal = (await alone.status())["journal"]
        return journal is not None and journal["events"] >= 1000

    await eventually(some_are_in)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
    assert b"Interrupted" in err
    assert b"safe" in err
    assert b"Traceback" not in err
    journaled = (await alone.status())["journal"]["events"]
    assert f"journaled\t{journaled:,}\n" in out.decode()


async def test_a_terminal_is_shown_a_bar(alone: Service, tmp_path: Path) -> None:
    shown = await _on_a_terminal(alone, written(tmp_path, ndjson(users(2000))))
    assert b"Importing" in shown
    assert b"\x1b[" in shown


async def test_no_color_is_honoured(alone: Service, tmp_path: Path) -> None:
    shown = await _on_a_terminal(alone, written(tmp_path, ndjson(users(2000))), NO_COLOR="1")
    assert b"Importing" in shown
    assert b"\x1b[3" not in shown  # no colour; the cursor may still move


async def _on_a_terminal(service: Service, path: str, **env: str) -> bytes:
    """What the command shows when stderr is a terminal."""
    terminal, line = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "import",
            path,
            env={**service.env, "TERM": "xterm-256color", **env},
            cwd=service.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=line,
        )
        os.close(line)
        shown = await asyncio.to_thread(_read_all, terminal)
        assert await asyncio.wait_for(process.wait(), 20) == 0
        return shown
    finally:
        os.close(terminal)


def _read_all(terminal: int) -> bytes:
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other end is closed
            return shown
        if not piece:
            return shown
        shown += piece


async def test_a_terminal_as_stdin_is_no_export(alone: Service) -> None:
    terminal, line = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "service",
            "import",
            "-",
            env=alone.env,
            cwd=alone.folder,
            stdin=line,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(process.communicate(), 20)
    finally:
        os.close(line)
        os.close(terminal)
    assert process.returncode == 1
    assert b"stdin is a terminal" in err
