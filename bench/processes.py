"""Processes under measurement: started, waited for, ended; their processor time and memory."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[1]


class Program:
    """A program with an HTTP door, as a process of its own; its output goes to a file."""

    def __init__(self, command: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdout=output, stderr=output, env=dict(env), cwd=_ROOT
            )
        self.log = log
        self.figures = psutil.Process(self._process.pid)

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    async def end(self, within_s: float = 30.0) -> None:
        """SIGTERM, and wait."""
        if not self.ended:
            self._process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self._process.wait, within_s)

    async def listening(self, port: int, within_s: float = 30.0) -> None:
        """Wait until something accepts connections on the port."""

        async def accepts() -> bool:
            if self.ended:
                raise RuntimeError(f"it ended; see {self.log}")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        await until(accepts, within_s=within_s, every_s=0.005)


def cpu_s(process: psutil.Process) -> float:
    """Processor time used so far, in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


def rss_mb(process: psutil.Process) -> float:
    """Resident memory, in MB."""
    return float(process.memory_info().rss) / 1e6


def java() -> psutil.Process:
    """The engine's process, a descendant of this one."""
    for process in psutil.Process().children(recursive=True):
        if "java" in process.name():
            return process
    raise RuntimeError("the engine does not run")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(
    condition: Callable[[], Awaitable[bool]], *, within_s: float, every_s: float
) -> None:
    """Wait for the condition. Raises TimeoutError."""
    deadline = time.monotonic() + within_s
    while not await condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the benchmark waited in vain")
        await asyncio.sleep(every_s)


def clean_environment() -> dict[str, str]:
    """This process's environment without the service's own variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("USER_SYNC_")}
