"""Acknowledged means on the disk: a trace of the system calls shows the sync before the 204.

A kill can't show a missing sync, for the system keeps what a process had written.
"""

import asyncio
import re
import subprocess
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.service_process import COMMAND, Service
from tests.waiting import eventually

TIME = "2025-02-01T12:34:56.789Z"
NOBODY = "http://127.0.0.1:1"  # with nothing to settle, only appends write to the journal

CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync"
# -D: the service stays our child. -yy: files and connections by name. A page of the log is 16 KiB:
# texts of that length show which events a write holds.
TRACER = ("strace", "-D", "-f", "-yy", "-s", "20000", "-e", f"trace={CALLS}", "-o")

_BEGUN = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\(\d+<(?P<what>(?:->|[^>])*)>")
_RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<call>\w+) resumed>")
_USER_ID = re.compile(r"auth0\|[0-9a-f]{24}")


class Traced(Service):
    """A `serve` under the tracer."""

    @property
    def trace(self) -> Path:
        """Where the system calls are written, in their order."""
        return self.folder / "trace"

    def _spawn(self) -> None:
        command = [*TRACER, str(self.trace), *COMMAND, "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.env, cwd=self.folder, stdout=log, stderr=log
            )


def can_trace(folder: Path) -> bool:
    """Whether there is a tracer, and it may trace."""
    try:
        run = subprocess.run([*TRACER, str(folder / "probe"), "true"], check=False, timeout=10)
    except FileNotFoundError:
        return False
    return run.returncode == 0 and (folder / "probe").exists()


@dataclass
class Replayed:
    """What a trace tells of each event, by its user's id.

    acknowledged: in the order of their 204s. too_early: those whose 204 was begun before a sync
    that began after the event's write had ended.
    """

    acknowledged: list[str] = field(default_factory=list)
    too_early: list[str] = field(default_factory=list)
    _of_connection: dict[str, str] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)
    _synced: set[str] = field(default_factory=set)
    _syncing: dict[str, set[str]] = field(default_factory=dict)
    _reading: dict[str, str] = field(default_factory=dict)

    def follow(self, lines: Iterable[str]) -> None:
        """Take in a trace."""
        for line in lines:
            if begun := _BEGUN.match(line):
                self._begin(begun["thread"], begun["call"], begun["what"], line)
            elif resumed := _RESUMED.match(line):
                self._resume(resumed["thread"], line)

    def _resume(self, thread: str, line: str) -> None:
        if line.endswith("= 0\n"):
            self._synced |= self._syncing.pop(thread, set())
        elif thread in self._reading and (users := _USER_ID.findall(line)):
            self._of_connection[self._reading[thread]] = users[0]

    def _begin(self, thread: str, call: str, what: str, line: str) -> None:
        users = _USER_ID.findall(line)
        if call.startswith(("read", "recv")):
            self._reading[thread] = what
            if users:
                self._of_connection[what] = users[0]
        elif call == "pwrite64" and what.endswith(".db-wal"):
            self._written.update(users)
        elif call in {"fsync", "fdatasync"} and what.endswith(".db-wal"):
            if line.endswith("= 0\n"):
                self._synced |= self._written
            elif "unfinished" in line:
                self._syncing[thread] = set(self._written)
        elif '"HTTP/1.1 204' in line:
            user = self._of_connection[what]
            self.acknowledged.append(user)
            if user not in self._synced:
                self.too_early.append(user)


# Without a tracer this says so where `make test` ends, and goes on.
@pytest.mark.filterwarnings("default:no strace")
async def test_the_sync_comes_before_the_204(tmp_path: Path) -> None:
    if not await asyncio.to_thread(can_trace, tmp_path):
        warnings.warn(
            "no strace here, or not allowed: that the sync comes first stays unproven", stacklevel=1
        )
        return
    one = Traced(tmp_path, NOBODY, {})
    await one.start()
    users = [new_user_id() for _ in range(30)]
    for user in users[:10]:
        assert await one.post(event("created", user, TIME)) == 204
    at_once = (one.post(event("created", user, TIME)) for user in users[10:])
    assert set(await asyncio.gather(*at_once)) == {204}
    pid = one.process.pid if one.process else 0
    await one.stop()

    async def written() -> bool:
        text = await asyncio.to_thread(one.trace.read_text)
        return f"{pid} +++ exited" in re.sub(" +", " ", text)

    await eventually(written, what="the trace's end")
    replayed = Replayed()
    with one.trace.open() as trace:
        replayed.follow(trace)
    assert sorted(replayed.acknowledged) == sorted(users)
    assert replayed.too_early == []


@pytest.mark.parametrize(
    ("trace", "too_early"),
    [
        ("read pwrite fdatasync 204", 0),
        ("read pwrite 204 fdatasync", 1),
        ("read fdatasync pwrite 204", 1),
        ("read pwrite fdatasync... 204 ...fdatasync", 1),
        ("read fdatasync... pwrite ...fdatasync 204", 1),
        ("read pwrite fdatasync... ...fdatasync 204", 0),
        ("read... ...read pwrite fdatasync 204", 0),
    ],
)
def test_a_missing_or_late_sync_would_be_seen(trace: str, too_early: int) -> None:
    user = new_user_id()
    connection = "TCP:[127.0.0.1:8080->127.0.0.1:49192]"
    lines = {
        "read": f'7  read(19<{connection}>, "POST /webhook … {user}", 65536) = 900\n',
        "read...": f"7  read(19<{connection}> <unfinished ...>\n",
        "...read": f'7  <... read resumed>"POST /webhook … {user}", 65536) = 900\n',
        "pwrite": f'8  pwrite64(14</x/journal.db-wal>, "…{user}", 16384, 56) = 16384\n',
        "fdatasync": "8  fdatasync(14</x/journal.db-wal>) = 0\n",
        "fdatasync...": "8  fdatasync(14</x/journal.db-wal> <unfinished ...>\n",
        "...fdatasync": "8  <... fdatasync resumed>)          = 0\n",
        "204": f'7  write(19<{connection}>, "HTTP/1.1 204 No Content", 83) = 83\n',
    }
    replayed = Replayed()
    replayed.follow(lines[word] for word in trace.split())
    assert (len(replayed.acknowledged), len(replayed.too_early)) == (1, too_early)
