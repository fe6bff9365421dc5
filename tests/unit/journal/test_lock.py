"""One owner at a time, for as long as its process lives."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.journal.control import ControlServer
from service.journal.errors import JournalInUse
from service.journal.journal import Journal
from service.journal.lock import Owner, OwnerLock, read_owner
from tests.unit.journal.conftest import Opener
from tests.unit.journal.samples import OPTIONS, append, bodies

HOLDER = """
import sys
from pathlib import Path
from service.journal.lock import OwnerLock
lock = OwnerLock.acquire(Path(sys.argv[1]), wait_s=0)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is killed."""
    path.parent.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


async def test_a_second_owner_is_refused_and_told_who(path: Path) -> None:
    with held_elsewhere(path) as holder:
        with pytest.raises(JournalInUse, match=f"in use by process {holder.pid}"):
            await Journal.open(path, OPTIONS)
        assert not path.exists()  # noqa: ASYNC240


async def test_a_second_owner_in_the_same_process_is_refused(
    journal: Journal, open_journal: Opener
) -> None:
    with pytest.raises(JournalInUse, match=str(os.getpid())):
        await open_journal()
    await append(journal, b"a")


async def test_another_name_of_the_same_file_is_the_same_journal(
    journal: Journal, tmp_path: Path, path: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with pytest.raises(JournalInUse):
        await Journal.open(link, OPTIONS)


async def test_opening_and_closing_the_file_elsewhere_keeps_the_lock(
    journal: Journal, path: Path
) -> None:
    for file in (path, path.with_name("journal.db.lock")):
        with file.open("rb") as opened:
            opened.read()
    result = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "JournalInUse" in result.stderr
    await append(journal, b"a")


async def test_goes_with_its_process_however_it_dies(path: Path, open_journal: Opener) -> None:
    with held_elsewhere(path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        await append(await open_journal(), b"a")


async def test_can_be_opened_again_by_the_same_process(open_journal: Opener) -> None:
    for number in range(3):
        journal = await open_journal()
        await append(journal, b"%d" % number)
        await journal.close()
    assert len(await bodies(await open_journal())) == 3


async def test_a_failed_opening_lets_go(path: Path, open_journal: Opener) -> None:
    path.parent.mkdir()
    path.with_name("journal.db.lock").touch()
    path.write_bytes(b"foreign")  # noqa: ASYNC240
    with pytest.raises(Exception, match="not a journal"):
        await open_journal()
    path.unlink()  # noqa: ASYNC240
    await open_journal()


def test_waits_for_an_owner_that_is_about_to_go(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = OwnerLock.acquire(path, wait_s=0)
    timer = threading.Timer(0.1, first.release)
    timer.start()
    OwnerLock.acquire(path, wait_s=30).release()
    timer.join()


def test_says_who_holds_it_and_where_it_answers(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    assert read_owner(path) == Owner(None, None)
    lock = OwnerLock.acquire(path, wait_s=0)
    assert read_owner(path) == Owner(os.getpid(), None)
    lock.announce(tmp_path / "with a space" / "control.sock")
    assert read_owner(path).socket == tmp_path / "with a space" / "control.sock"
    lock.announce(Path("/s"))
    assert read_owner(path) == Owner(os.getpid(), Path("/s"))
    lock.release()
    assert read_owner(path) == Owner(None, None)


async def test_a_disk_that_fails_keeps_nobody_from_stopping(
    path: Path, open_journal: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a remount that allows reading only: what can't be noted any more isn't needed."""
    journal = await open_journal()
    control = ControlServer(journal)
    await control.start()

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as failing:
        failing.setattr(os, "pwrite", fail)
        failing.setattr(os, "ftruncate", fail)
        failing.setattr(Path, "unlink", fail)
        await control.stop()
        await journal.close()
    await append(await open_journal(), b"a")


async def test_who_lost_its_folder_leaves_the_next_owners_socket(
    path: Path, open_journal: Opener
) -> None:
    control = ControlServer(await open_journal())
    await control.start()
    socket = path.with_name("journal.db.sock")
    socket.rename(socket.with_name("removed"))
    socket.touch()
    await control.stop()
    assert socket.exists()
