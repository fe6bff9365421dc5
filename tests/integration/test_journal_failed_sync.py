"""A sync that failed must not take later events with it.

After a failed sync the system may forget what it had not written and say nothing the next time. If
the log went on after such a gap, a power cut would end it there, with all that was acknowledged
since. So after any failed sync the log begins anew, its content brought into the file first.
"""

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

EVENTS = 8
APPENDING = """
import asyncio, sys
from pathlib import Path
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.samples import append, bodies


async def main() -> None:
    journal = await Journal.open(Path(sys.argv[1]), JournalOptions(min_free_disk_bytes=0))
    acknowledged = []
    for number in range(int(sys.argv[2])):
        try:
            await append(journal, b"%d" % number)
            acknowledged.append(b"%d" % number)
        except JournalUnavailable:
            pass
    assert set(acknowledged) <= set(await bodies(journal))
    assert len(acknowledged) < int(sys.argv[2])
    await journal.close()

asyncio.run(main())
"""
FAILED = re.compile(r"fdatasync\(.*= -1 EIO")
LOG_WRITE = re.compile(r"pwrite64\(\d+<[^>]*journal\.db-wal>.*, (?P<offset>\d+)\) ")
FILE_SYNC = re.compile(r"fdatasync\(\d+<[^>]*journal\.db>\) = 0")


# Without a tracer this says so where `make test` ends, and goes on.
@pytest.mark.filterwarnings("default:no strace")
@pytest.mark.parametrize("failures", ["4", "4..5", "4..6"])
def test_after_a_failed_sync_the_log_begins_anew(tmp_path: Path, failures: str) -> None:
    if not shutil.which("strace"):
        warnings.warn("no strace here: what a failed sync leaves stays unproven", stacklevel=1)
        return
    journal, trace = tmp_path / "journal.db", tmp_path / "trace"
    tracer = ["strace", "-f", "-y", "-o", str(trace), "-P", str(journal), "-P", f"{journal}-wal"]
    calls = ["-e", "trace=pwrite64,fdatasync", "-e", f"inject=fdatasync:error=EIO:when={failures}"]
    command = [sys.executable, "-c", APPENDING, str(journal), str(EVENTS)]
    subprocess.run([*tracer, *calls, *command], check=True, timeout=60, capture_output=True)

    lines = trace.read_text().splitlines()
    last_failure = max(n for n, line in enumerate(lines) if FAILED.search(line))
    after = lines[last_failure + 1 :]
    writes = [(n, found) for n, line in enumerate(after) if (found := LOG_WRITE.search(line))]
    first, write = writes[0]
    assert write["offset"] == "0"
    assert any(FILE_SYNC.search(line) for line in after[:first])
