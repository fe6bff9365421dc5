"""One OpenSearch node: start it, stop it, kill it, start it again on the same port and data.

Promise: when `boot` returns, the node answers and its shards are there; when `stop` or `kill`
returns, none of its processes is left; when this process ends, however it ends, the node ends.
All calls block: in an event loop, call them through `asyncio.to_thread`.
"""

import hashlib
import http.client
import json
import os
import re
import select
import signal
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from service.engine.claim import PORTS, claim, claim_free_ports, claim_port, is_free
from service.engine.command import java_command, write_configuration
from service.engine.errors import EngineError
from service.engine.supervisor import supervised

_STOP_SECONDS = 10.0  # what a node has to end in good order
_REAP_SECONDS = 5.0  # what the supervisor has to end after it
_POLL_SECONDS = 0.05
_LOG_TAIL_LINES = 25
_SILENT = """
(The runner ends without a word when OpenSearch refuses a setting or its data;
jvm_options=["-Xlog:exceptions=info"] logs what it keeps to itself.)"""


class _PortLost(Exception):
    """Another program took the port between our look at it and the node's."""


class Node:
    """A node with its own folder, on its own loopback port; a context manager that closes it."""

    def __init__(
        self,
        data_dir: Path,
        *,
        heap: str = "512m",
        port: int | None = None,
        settings: Mapping[str, object] | None = None,
        jvm_options: Sequence[str] = (),
        stop_s: float = _STOP_SECONDS,
    ) -> None:
        """Nothing runs yet. `port` (9201 to 9299) is chosen when None; `settings` are the node's.

        `settings` have OpenSearch's own names and go to the node's configuration file: node
        settings and cluster settings, not those of an index.
        """
        if port is not None and port not in PORTS:
            raise ValueError(f"the port must be in {PORTS.start} to {PORTS.stop - 1}, not {port}")
        self.data_dir = data_dir.absolute()
        # Derived from the folder: the same after a restart, another for every other node.
        self.cluster_name = f"user-sync-{hashlib.sha256(bytes(self.data_dir)).hexdigest()[:12]}"
        self._heap = heap
        self._port = port
        self._settings = dict(settings or {})
        self._jvm_options = tuple(jvm_options)
        self._stop_s = stop_s
        self._process: subprocess.Popen[bytes] | None = None
        self._last_one_left = -1
        self._log_start = 0
        self._claims: list[int] = []  # descriptors: of the folder, of the port
        self._release = weakref.finalize(self, _close_all, self._claims)

    @classmethod
    def start(
        cls,
        data_dir: Path,
        *,
        heap: str = "512m",
        port: int | None = None,
        settings: Mapping[str, object] | None = None,
        jvm_options: Sequence[str] = (),
        deadline_s: float = 90.0,
    ) -> Self:
        """A node that runs; see `__init__` and `boot`."""
        node = cls(data_dir, heap=heap, port=port, settings=settings, jvm_options=jvm_options)
        try:
            return node.boot(deadline_s=deadline_s)
        except BaseException:
            node.close()
            raise

    @property
    def port(self) -> int:
        """The HTTP port; kept from the first `boot` to `close`."""
        if self._port is None:
            raise EngineError("the node has no port before its first start")
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "node.log"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def boot(self, *, deadline_s: float = 90.0) -> Self:
        """Start, again on the same port and data after a `stop` or `kill`; wait until healthy.

        EngineError, with the end of the node's log, when it isn't within `deadline_s` seconds.
        """
        if self.running:
            return self
        self._reap()
        if not self._claims:
            self._claim_folder()
        deadline = time.monotonic() + deadline_s
        if self._port is None:
            self._port = self._run_on_a_free_port(deadline)
        else:
            self._run_on(self._port, deadline)
        return self

    def stop(self) -> None:
        """End the node in good order, by SIGKILL if that takes too long; harmless when stopped."""
        process = self._process
        if process is None:
            return
        if process.stdin:
            process.stdin.close()  # what its supervisor waits for
        with suppress(subprocess.TimeoutExpired):
            process.wait(self._stop_s + _REAP_SECONDS)
        self._reap()

    def kill(self) -> None:
        """End the node as a power cut would: SIGKILL to all of its processes."""
        self._reap()

    def restart(self) -> Self:
        """`stop`, then `boot`."""
        self.stop()
        return self.boot()

    def close(self) -> None:
        """`stop`, and let go of the port and the folder."""
        self.stop()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _claim_folder(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if (descriptor := claim(self.data_dir / "lock")) is None:
            raise EngineError(f"another node is running on {self.data_dir}")
        self._claims.append(descriptor)

    def _run_on(self, port: int, deadline: float) -> None:
        taken = EngineError(f"port {port} is taken by another program")
        if len(self._claims) == 1:  # else the port is ours since an earlier start
            if (descriptor := claim_port(port)) is None:
                raise taken
            self._claims.append(descriptor)
        try:
            self._run(port, deadline)
        except _PortLost:
            raise taken from None

    def _run_on_a_free_port(self, deadline: float) -> int:
        for port, descriptor in claim_free_ports():
            self._claims.append(descriptor)
            try:
                self._run(port, deadline)
            except BaseException as error:
                os.close(self._claims.pop())
                if not isinstance(error, _PortLost):
                    raise
            else:
                return port
        raise EngineError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")

    def _run(self, port: int, deadline: float) -> None:
        write_configuration(self.data_dir, self._settings)
        command = java_command(
            self.data_dir,
            cluster_name=self.cluster_name,
            port=port,
            heap=self._heap,
            jvm_options=self._jvm_options,
        )
        self._last_one_left, held_by_each = os.pipe()
        with self.log_file.open("ab") as log, os.fdopen(held_by_each, "wb"):
            self._log_start = log.tell()
            self._process = subprocess.Popen(  # noqa: S603
                supervised(command, grace_s=self._stop_s),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                start_new_session=True,  # Ctrl-C in a terminal reaches us, not the node
                pass_fds=(*self._claims, held_by_each),
            )
        try:
            self._wait_until_healthy(self._process, port, deadline)
        except BaseException:
            self._reap()
            raise

    def _wait_until_healthy(
        self, process: "subprocess.Popen[bytes]", port: int, deadline: float
    ) -> None:
        while True:
            name, status = _health(port)
            if name == self.cluster_name and status in {"yellow", "green"}:
                return
            if self._runner_went_elsewhere(port):
                raise _PortLost
            if process.poll() is not None:
                if not is_free(port):
                    raise _PortLost
                raise EngineError(self._why(f"ended with status {process.returncode}") + _SILENT)
            if time.monotonic() > deadline:
                state = f"is {status}" if status else "did not answer"
                raise EngineError(self._why(f"{state} at its deadline"))
            time.sleep(_POLL_SECONDS)

    def _runner_went_elsewhere(self, port: int) -> bool:
        """Whether the runner, which takes the next port when ours is busy, says it has."""
        told = re.search(r"^HTTP Port: +(\d+)$", self._log(), flags=re.MULTILINE)
        return told is not None and int(told[1]) != port

    def _log(self) -> str:
        """What the node has written since its last start."""
        with self.log_file.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _why(self, what: str) -> str:
        lines = self._log().splitlines()
        tail = "\n".join(f"  {line}" for line in lines[-_LOG_TAIL_LINES:])
        return f"the OpenSearch node {what}; the end of {self.log_file}:\n{tail}"

    def _reap(self) -> None:
        """Leave no process of the node; harmless when none is there."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdin:
            process.stdin.close()
        process.wait()
        # The supervisor is gone; the pipe closes when the last process that inherited it is, too.
        select.select([self._last_one_left], [], [], _REAP_SECONDS)
        os.close(self._last_one_left)


def _health(port: int) -> tuple[str | None, str | None]:
    """The name and the status of the cluster that answers on the port; None for what isn't told."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_cluster/health")
        answer = json.loads(connection.getresponse().read())
        return str(answer.get("cluster_name", "")), answer.get("status")
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return None, None
    finally:
        connection.close()


def _close_all(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())
