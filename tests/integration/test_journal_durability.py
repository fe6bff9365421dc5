"""Acknowledged means durable: what a killed process had acknowledged is in the journal."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.appending_process import FILLER
from tests.unit.journal.samples import bodies

KILLS = 10
OPTIONS = JournalOptions(min_free_disk_bytes=0, lock_wait_s=30)
LOG_WRITE = re.compile(r"pwrite64\(\d+<[^>]*journal\.db-wal>")
LOG_SYNC = re.compile(r"f(data)?sync\(\d+<[^>]*journal\.db-wal>")
ACKNOWLEDGEMENT = re.compile(r"\bwrite\(1<")


def appending(path: Path, first: int, appenders: int) -> list[str]:
    module = "tests.unit.journal.appending_process"
    return [sys.executable, "-m", module, str(path), str(first), str(appenders)]


def killed_after(command: list[str], acknowledgements: int) -> set[int]:
    """Run until that many appends were acknowledged, kill -9; returns all acknowledged numbers."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        seen = b""
        while seen.count(b" ") < acknowledgements:
            piece = os.read(process.stdout.fileno(), 65536)
            assert piece, "the process ended by itself"
            seen += piece
        os.killpg(process.pid, signal.SIGKILL)
        seen += process.stdout.read()
    return {int(number) for number in seen.split()}


async def present(journal: Journal) -> set[int]:
    """The numbers of all events in the journal and among the dead letters."""
    found = await bodies(journal)
    for summary in await journal.dead_letters.page(limit=1_000_000):
        letter = await journal.dead_letters.get(summary.seq)
        assert letter is not None
        found.append(letter.body)
    return {int(body) for body in found if not body.startswith(FILLER)}


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    chance = random.Random()
    acknowledged: set[int] = set()
    for round_number in range(KILLS):
        command = appending(path, 1 + round_number * 1_000_000, 16)
        acknowledged |= killed_after(command, chance.randrange(1, 300))
        journal = await Journal.open(path, OPTIONS)
        books = journal.accounting()
        there = await present(journal)
        await journal.close()
        assert acknowledged <= there
        assert books.balanced
        assert books.received_total == 2 * len(there)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_the_log_is_synced_before_the_acknowledgement(tmp_path: Path) -> None:
    """A kill can't show a missing sync, for the system keeps what was written; a trace can."""
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-o", str(trace), "-e", "pwrite64,write,fsync,fdatasync"]
    acknowledged = killed_after(command + appending(tmp_path / "journal.db", 1, 1), 40)
    synced = True
    acknowledgements = 0
    for line in trace.read_text().splitlines():
        if LOG_WRITE.search(line):
            synced = False
        elif LOG_SYNC.search(line):
            synced = True
        elif ACKNOWLEDGEMENT.search(line):
            acknowledgements += 1
            assert synced, line
    assert acknowledgements >= len(acknowledged) >= 40
