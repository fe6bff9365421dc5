"""Plain values for the journal's tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import (
    Burial,
    Disposition,
    Entry,
    Outcome,
    Record,
    Settlement,
)

OPTIONS = JournalOptions(min_free_disk_bytes=0, lock_wait_s=0)
START_US = 1_700_000_000_000_000
SECOND_US = 1_000_000


@dataclass
class Clock:
    """A wall clock, µs since the epoch, that stands still until it is moved."""

    us: int = START_US

    def __call__(self) -> int:
        return self.us


def entry(
    body: bytes,
    *,
    event_type: str = "user.created",
    disposition: Disposition = Disposition.STORE,
    tenant: str | None = None,
    repeatable: bool = False,
) -> Entry:
    return Entry(body, event_type, disposition, tenant, repeatable)


async def append(journal: Journal, *bodies: bytes) -> None:
    await journal.append([entry(body) for body in bodies])


async def claim_all(journal: Journal, after: int = 0) -> list[Record]:
    return await journal.claim(after=after, max_events=10_000, max_bytes=10**9)


async def bodies(journal: Journal) -> list[bytes]:
    return [record.body for record in await claim_all(journal)]


async def settle(journal: Journal, *seqs: int, outcome: Outcome = Outcome.APPLIED) -> None:
    await journal.settle([Settlement(seq, outcome) for seq in seqs])


def burial(seq: int, code: str = "mapper_parsing_exception", attempts: int = 1) -> Burial:
    return Burial(seq, code, "the field does not fit", attempts, "user.updated")


async def bury(journal: Journal, *seqs: int, code: str = "mapper_parsing_exception") -> None:
    await journal.settle([], [burial(seq, code) for seq in seqs])


async def dead_seqs(journal: Journal, code: str | None = None) -> Sequence[int]:
    return [letter.seq for letter in await journal.dead_letters.page(limit=100, code=code)]


def content(path: Path) -> bytes:
    return path.read_bytes()


def names_in(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} if folder.exists() else set()
