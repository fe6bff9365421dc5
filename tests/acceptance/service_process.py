"""`user-sync` as separate processes: a `serve`, and the commands beside it.

Every Service has a journal, ports, a credential and an index of its own. It is not bound to an
event loop, so that a fixture of a whole module can own it.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import orjson

from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "service")


class Result(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Of a process that sees this source tree and these settings, and nothing of the caller's."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        **{f"USER_SYNC_{name}": value for name, value in settings.items()},
    }


async def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: bytes | None = None,
    within: float = 60,
) -> Result:
    """Run a command to its end. Raises TimeoutError, the process killed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(within):
            out, err = await process.communicate(stdin)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


class Service:
    """A `serve` that can be started, stopped, killed and asked.

    settings: USER_SYNC_… variables without the prefix; change them before start or restart.
    """

    def __init__(self, folder: Path, opensearch_url: str, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.index = f"t-{uuid.uuid4().hex[:12]}"
        self.token = uuid.uuid4().hex
        self.engine_url = opensearch_url
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(free_port()),
            "PRIVATE_PORT": str(free_port()),
            "JOURNAL_PATH": str(folder / "journal.db"),
            "INDEX": self.index,
            "OPENSEARCH_URL": opensearch_url,
            "WEBHOOK_TOKENS": self.token,
            "JOURNAL_MIN_FREE_BYTES": "1MiB",
            **settings,
        }
        self.log = folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def webhook_url(self) -> str:
        """Where events are posted."""
        return f"{self.public_url}/webhook"

    @property
    def public_url(self) -> str:
        """The public door."""
        return f"http://127.0.0.1:{self.settings['PORT']}"

    @property
    def private_url(self) -> str:
        """The private door."""
        return f"http://127.0.0.1:{self.settings['PRIVATE_PORT']}"

    @property
    def headers(self) -> dict[str, str]:
        """What lets an event in."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    @property
    def env(self) -> dict[str, str]:
        """The environment of serve and of the commands beside it."""
        return environment(self.folder, self.settings)

    async def start(self) -> None:
        """Start serve; return when it takes events."""
        assert self.process is None
        begun = self.log.stat().st_size if self.log.exists() else 0
        self._spawn()

        async def ready() -> bool:
            assert self.process is not None
            written = self.log.read_bytes()[begun:]
            assert self.process.poll() is None, f"serve ended: {written.decode()}"
            return b'"action":"ready"' in written

        await eventually(ready, what="serve's readiness")

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve"], env=self.env, cwd=self.folder, stdout=log, stderr=log
            )

    async def stop(self, *, within: float = 20) -> None:
        """SIGTERM, and the clean exit that must follow."""
        code = await self._end(signal.SIGTERM, within)
        assert code == 0, f"serve exited with {code}: {self.log.read_text()[-2000:]}"

    async def kill(self) -> None:
        """SIGKILL: nothing of the process runs any more."""
        await self._end(signal.SIGKILL, 10)

    async def restart(self) -> None:
        """Stop, and start over the same journal and index."""
        await self.stop()
        await self.start()

    async def _end(self, signum: signal.Signals, within: float) -> int:
        process = self.process
        assert process is not None

        async def ended() -> bool:
            return process.poll() is not None

        process.send_signal(signum)
        await eventually(ended, within=within, what=f"serve's end after {signum.name}")
        self.process = None
        return process.returncode

    def log_lines(self) -> list[dict[str, Any]]:
        """What serve has logged, all runs."""
        lines = self.log.read_bytes().splitlines()
        return [orjson.loads(line) for line in lines if line.startswith(b"{")]

    async def user_sync(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        settings: Mapping[str, str] | None = None,
        within: float = 60,
    ) -> Result:
        """Run a command in serve's environment. settings: other ones for this command only."""
        env = environment(self.folder, {**self.settings, **(settings or {})})
        command = (*COMMAND, *arguments)
        return await run(command, env=env, cwd=self.folder, stdin=stdin, within=within)

    async def post(self, event: Any, **headers: str) -> int:
        """Post an event (an object, a list of them, or a body's bytes); the answer's status."""
        body = event if isinstance(event, bytes) else orjson.dumps(event)
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook_url, data=body, headers={**self.headers, **headers}) as reply,
        ):
            return reply.status

    async def metric(self, series: str) -> float:
        """The value of a series of /metrics, labels included as exposed; 0 when there is none."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.private_url}/metrics") as reply,
        ):
            text = await reply.text()
        found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def health(self) -> dict[str, Any]:
        """The body of /healthz."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.private_url}/healthz") as reply,
        ):
            body: dict[str, Any] = await reply.json()
            return body

    async def drained(self, *, within: float = 30) -> None:
        """Wait until the journal is empty."""

        async def empty() -> bool:
            return await self.metric("user_sync_journal_events") == 0

        await eventually(empty, within=within, what="the journal's emptiness")

    async def status(self) -> dict[str, Any]:
        """`user-sync status --json`."""
        result = await self.user_sync("status", "--json")
        assert result.code == 0, result.err
        status: dict[str, Any] = orjson.loads(result.out)
        return status

    async def documents(self, *, tombstones: bool = False) -> dict[str, dict[str, Any]]:
        """What a search finds now, by id; tombstones only when asked for."""
        index = f"{self.index}-write" if tombstones else self.index
        await self.engine("POST", f"/{index}/_refresh")
        page: dict[str, Any] = {"size": 10_000, "version": True, "sort": ["user_id"]}
        found: dict[str, dict[str, Any]] = {}
        while hits := (await self.engine("POST", f"/{index}/_search", page))["hits"]["hits"]:
            found |= {hit["_id"]: {**hit["_source"], "_version": hit["_version"]} for hit in hits}
            page["search_after"] = hits[-1]["sort"]
        return found

    async def engine(self, method: str, path: str, body: Any = None) -> Any:
        """A request to OpenSearch; its JSON. Raises on any error but 404."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.engine_url + path, json=body) as reply,
        ):
            if reply.status != 404:
                reply.raise_for_status()
            return await reply.json()

    async def clean_up(self) -> None:
        """End serve if it runs; remove index and templates."""
        if self.process is not None:
            await self.kill()
        try:
            for path in (
                f"/{self.index}-0*?ignore_unavailable=true",
                f"/_index_template/{self.index}",
                f"/_component_template/{self.index}-*",
            ):
                await self.engine("DELETE", path)
        except aiohttp.ClientConnectionError:
            pass  # a test's own node, gone with everything on it
