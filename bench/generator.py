"""The load generator: compiled from generator.c when needed, run as a process of its own."""

import asyncio
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 32
TOKEN: Final = "bench-token"  # noqa: S105

_SOURCE: Final = Path(__file__).with_name("generator.c")


class NoCompiler(Exception):
    """There is nothing to compile the generator with. str() tells a person what to install."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the generator saw. Times in seconds or milliseconds, as named."""

    accepted: int
    refused: int
    seconds: float
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float

    @property
    def rate(self) -> float:
        """Accepted a second."""
        return self.accepted / self.seconds


class Generator:
    """The compiled generator."""

    def __init__(self, program: Path) -> None:
        self._program = program

    @classmethod
    def compile(cls, folder: Path) -> "Generator":
        """Compile it into the folder. Raises NoCompiler."""
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise NoCompiler(
                "the benchmark's load generator is a small C program, and there is no C compiler: "
                "install one (Debian, Ubuntu: apt install gcc libc6-dev; macOS: xcode-select "
                "--install)"
            )
        program = folder / "generator"
        subprocess.run([compiler, "-O2", "-o", program, _SOURCE], check=True)  # noqa: S603
        return cls(program)

    async def post(
        self,
        port: int,
        bodies: Path,
        *,
        first: int,
        count: int,
        rate: float = 0,
        connections: int = CONNECTIONS,
    ) -> Answers:
        """Post bodies `first` to `first + count` of a file; see `start`."""
        return await self.answers(
            await self.start(
                port, bodies, first=first, count=count, rate=rate, connections=connections
            )
        )

    async def start(
        self,
        port: int,
        bodies: Path,
        *,
        first: int,
        count: int,
        rate: float = 0,
        connections: int = CONNECTIONS,
    ) -> asyncio.subprocess.Process:
        """Begin to post. rate: requests a second; 0 is as fast as answers come."""
        arguments = (port, "/webhook", TOKEN, bodies, first, count, connections, rate)
        return await asyncio.create_subprocess_exec(
            self._program, *map(str, arguments), stdout=asyncio.subprocess.PIPE
        )

    async def answers(self, running: asyncio.subprocess.Process) -> Answers:
        """Wait until it has posted all. Raises RuntimeError when anything wasn't accepted."""
        out, _ = await running.communicate()
        if running.returncode:
            raise RuntimeError(f"the generator failed ({running.returncode}): {out.decode()}")
        return Answers(**json.loads(out))
