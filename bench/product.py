"""`user-sync serve` as users run it: the command, in a process of its own, with its own journal."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from bench.engine import NAMES, Engine
from bench.generator import TOKEN
from bench.processes import Program, clean_environment, free_port, until
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Disposition, Entry

SEARCH_TOKEN: Final = "bench-search"  # noqa: S105
NO_ENGINE: Final = "http://127.0.0.1:9"
"""Nobody answers there: events are received and journaled, the indexer waits."""

_SERIES: Final = re.compile(r"^([a-z_]+(?:\{[^}]*\})?) (\S+)$", re.MULTILINE)
_FILL_GROUP: Final = 500
_LONGEST_DRAINING_S: Final = 600.0


class Product:
    """One running service. started_s: from the command's start until /readyz said yes."""

    def __init__(self, program: Program, port: int, private_port: int, engine: Engine) -> None:
        self.port = port
        self.program = program
        self.started_s = 0.0
        self.private_url = f"http://127.0.0.1:{private_port}"
        self.engine = engine

    async def metrics(self) -> dict[str, float]:
        """Every series of /metrics."""
        async with self.engine.session.get(f"{self.private_url}/metrics") as answer:
            text = await answer.text()
        return {name: float(value) for name, value in _SERIES.findall(text)}

    async def journaled(self) -> int:
        """Events in the journal."""
        return int((await self.metrics())["user_sync_journal_events"])

    async def drained(self) -> None:
        """Wait until the journal is empty."""
        await self.drained_to(0)

    async def drained_to(self, most: int) -> int:
        """Wait until at most that many events are in the journal; returns how many are.

        Asked rarely while there is a long way to go: each answer costs the service milliseconds.
        """
        deadline = time.monotonic() + _LONGEST_DRAINING_S
        started, first = time.monotonic(), await self.journaled()
        left = first
        while left > most:
            if time.monotonic() > deadline:
                raise TimeoutError("the journal does not drain")
            passed, done = time.monotonic() - started, first - left
            expected_s = (left - most) / done * passed if done > 0 else 0.0
            await asyncio.sleep(min(1.0, max(0.02, expected_s / 3)))
            left = await self.journaled()
        return left

    async def ready(self, started: float) -> None:
        """Wait until the public door opens."""

        async def says_ready() -> bool:
            if self.program.ended:
                raise RuntimeError(f"serve ended; see {self.program.log}")
            try:
                async with self.engine.session.get(
                    f"http://127.0.0.1:{self.port}/readyz"
                ) as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

        await until(says_ready, within_s=30, every_s=0.01)
        self.started_s = time.perf_counter() - started


@asynccontextmanager
async def running_product(
    engine: Engine,
    folder: Path,
    *,
    indexing: bool = True,
    settings: dict[str, str] | None = None,
) -> AsyncIterator[Product]:
    """serve with the journal in the folder. indexing: False keeps the engine from it."""
    port, private_port = free_port(), free_port()
    env = clean_environment() | {
        "USER_SYNC_HOST": "127.0.0.1",
        "USER_SYNC_PORT": str(port),
        "USER_SYNC_PRIVATE_PORT": str(private_port),
        "USER_SYNC_WEBHOOK_TOKENS": TOKEN,
        "USER_SYNC_SEARCH_TOKENS": SEARCH_TOKEN,
        "USER_SYNC_JOURNAL_PATH": str(journal_path(folder)),
        "USER_SYNC_OPENSEARCH_URL": engine.url if indexing else NO_ENGINE,
        "USER_SYNC_INDEX": NAMES.name,
        **(settings or {}),
    }
    started = time.perf_counter()
    program = Program([sys.executable, "-m", "service", "serve"], folder / "serve.log", env)
    product = Product(program, port, private_port, engine)
    try:
        await product.ready(started)
        yield product
    finally:
        await program.end()


def journal_path(folder: Path) -> Path:
    """Where a product in this folder keeps its journal."""
    return folder / "journal.db"


async def fill_journal(folder: Path, bodies: list[bytes]) -> None:
    """Journal events without the door, while no serve runs there."""
    journal = await Journal.open(journal_path(folder), JournalOptions())
    try:
        for start in range(0, len(bodies), _FILL_GROUP):
            group = bodies[start : start + _FILL_GROUP]
            await journal.append([Entry(body, "user.updated", Disposition.STORE) for body in group])
    finally:
        await journal.close()
