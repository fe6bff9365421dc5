"""The other programs of the comparison, each started as a process of its own."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench.engine import Engine
from bench.generator import TOKEN
from bench.processes import Program, clean_environment, free_port

ALTERNATIVE_INDEX: Final = "bench-alternative"

# What one would give an index of one's own: exact fields searchable, the rest left to OpenSearch.
_MAPPING: Final[dict[str, Any]] = {
    "mappings": {"properties": {"event": {"properties": {"id": {"type": "keyword"}}}}}
}


class Rival:
    """A running program that takes the same requests as the product."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port


@asynccontextmanager
async def running_limit(folder: Path) -> AsyncIterator[Rival]:
    """L1."""
    async with _running(folder / "receive.log", "bench.limits.receive") as rival:
        yield rival


@asynccontextmanager
async def running_alternative(engine: Engine, folder: Path) -> AsyncIterator[Rival]:
    """A, on an index of its own that is empty."""
    await fresh_alternative_index(engine)
    arguments = (engine.url, ALTERNATIVE_INDEX, TOKEN)
    async with _running(folder / "alternative.log", "bench.alternative.handler", *arguments) as one:
        yield one
    await remove_alternative_index(engine)


async def fresh_alternative_index(engine: Engine) -> None:
    """A's index, empty; a single shard without replicas, like the product's on one node."""
    await remove_alternative_index(engine)
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "1s"}
    await engine.call("PUT", f"/{ALTERNATIVE_INDEX}", {"settings": settings, **_MAPPING})


async def remove_alternative_index(engine: Engine) -> None:
    """Nothing is left of it."""
    await engine.call("DELETE", f"/{ALTERNATIVE_INDEX}?ignore_unavailable=true")


@asynccontextmanager
async def _running(log: Path, module: str, *arguments: str) -> AsyncIterator[Rival]:
    port = free_port()
    command = [sys.executable, "-m", module, str(port), *arguments]
    program = Program(command, log, clean_environment())
    try:
        await program.listening(port)
        yield Rival(program, port)
    finally:
        await program.end()
