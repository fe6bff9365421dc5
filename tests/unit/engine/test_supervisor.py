"""A supervised command ends with the process that started it, whatever ends that one."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import service.engine.supervisor

SUPERVISOR = Path(service.engine.supervisor.__file__)
SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
# Starts a supervisor the way Node does, tells when its command is up, then hangs.
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen(
    [sys.executable, {str(SUPERVISOR)!r}, "10", sys.executable, "-c", {SLEEPER!r}],
    stdin=subprocess.PIPE, start_new_session=True, close_fds=False,
)
time.sleep(600)
"""


@pytest.fixture
def alive() -> Iterator[tuple[int, int]]:
    """A pipe: its reading end sees the end once no process holds its writing end any more."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    yield reading, writing
    os.close(reading)


def ended(reading: int) -> bool:
    ready, _, _ = select.select([reading], [], [], 20)
    return bool(ready) and os.read(reading, 1) == b""


def start(code: list[str], alive: tuple[int, int]) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, *code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    )
    os.close(alive[1])
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


def test_closing_its_input_ends_the_command(alive: tuple[int, int]) -> None:
    with start([str(SUPERVISOR), "10", sys.executable, "-c", SLEEPER], alive) as supervisor:
        supervisor.communicate(timeout=20)
        assert supervisor.returncode == 128 + signal.SIGTERM
    assert ended(alive[0])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_ends_the_starter_ends_the_command(
    alive: tuple[int, int], number: signal.Signals
) -> None:
    with start(["-c", PARENT], alive) as parent:
        parent.send_signal(number)
        assert ended(alive[0])
        parent.communicate(timeout=20)


def test_a_command_that_ends_by_itself_gives_its_status() -> None:
    command = [sys.executable, str(SUPERVISOR), "10", sys.executable, "-c", "raise SystemExit(7)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as supervisor:
        assert supervisor.wait(20) == 7
