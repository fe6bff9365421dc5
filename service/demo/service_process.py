"""`user-sync serve` as a process of its own, on loopback, with settings and credentials of its own.

Promise: when `stop` returns, none of its processes is left; when this process ends, however it
ends, the service ends: the engine's supervisor holds it, and waits at a pipe from here.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import service
from service.demo.doors import Doors, WantedPorts, choose_ports
from service.demo.errors import DemoError
from service.demo.log_tail import log_tail
from service.engine.supervisor import supervised

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0  # what serve has to end in good order
_REAP_SECONDS: Final = 2.0  # what the supervisor has to end after it
_POLL_SECONDS: Final = 0.02
_ATTEMPTS: Final = 5


class ServiceProcess:
    """A running `serve`; a context manager that stops it.

    settings: USER_SYNC_… variables apart from the doors'. Raises DemoError when it doesn't come up.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str],
        wanted_ports: WantedPorts = (None, None),
    ) -> None:
        self.log_file = folder / "serve.log"
        self._settings = settings
        for attempt in range(1, _ATTEMPTS + 1):
            self.doors = Doors(*choose_ports(wanted_ports))
            self._process = self._spawn()
            try:
                if self._becomes_ready(last=None not in wanted_ports or attempt == _ATTEMPTS):
                    return
            except BaseException:
                self.stop()
                raise
            self.stop()

    @property
    def running(self) -> bool:
        """Whether it hasn't ended."""
        return self._process.poll() is None

    def settings(self) -> dict[str, str]:
        """All of its USER_SYNC_… variables, secrets included."""
        return {**self._settings, **self.doors.settings()}

    def stop(self) -> None:
        """End it in good order; by force when it takes its time. Harmless when it has ended."""
        assert self._process.stdin
        self._process.stdin.close()  # what the supervisor waits for
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS + _REAP_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def require(self) -> None:
        """Raises DemoError, with the end of its log, when it has ended."""
        if not self.running:
            raise DemoError(f"user-sync serve has ended:\n{log_tail(self.log_file)}")

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # Isolated from the folder it is started in, which may have a `service` of its own.
        command = [sys.executable, "-P", "-m", "service", "serve"]
        others = {
            name: text for name, text in os.environ.items() if not name.startswith("USER_SYNC_")
        }
        paths = [str(Path(service.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        with self.log_file.open("wb") as log:
            return subprocess.Popen(  # noqa: S603
                supervised(command, grace_s=_STOP_SECONDS),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={
                    **others,
                    "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                    **self.settings(),
                },
                start_new_session=True,  # Ctrl-C in a terminal reaches us, not the service
            )

    def _becomes_ready(self, *, last: bool) -> bool:
        """Wait until it listens. False when it has lost a port and is worth another try."""
        deadline = time.monotonic() + _READY_SECONDS
        while not any(b'"action":"ready"' in line for line in self._log_lines()):
            if not self.running:
                if b"can't listen" in self.log_file.read_bytes() and not last:
                    return False
                raise DemoError(f"user-sync serve ended at once:\n{log_tail(self.log_file)}")
            if time.monotonic() > deadline:
                tail = log_tail(self.log_file)
                raise DemoError(f"user-sync serve isn't ready after {_READY_SECONDS:g} s:\n{tail}")
            time.sleep(_POLL_SECONDS)
        return True

    def _log_lines(self) -> Iterator[bytes]:
        with self.log_file.open("rb") as log:
            yield from log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
