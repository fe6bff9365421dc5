"""The journal as the event loop sees it: what was appended is on disk before append() returns.

One process owns it, one thread writes it. Every number given is a committed one.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from service.journal.options import JournalOptions
from service.journal.records import (
    Accounting,
    Burial,
    DeadLetter,
    DeadLetterSummary,
    Entry,
    JournalStatus,
    Record,
    Settlement,
)


def _wall_clock_us() -> int:
    return time.time_ns() // 1000


class Journal:
    """The owner's journal. Make one with `await Journal.open(…)`; use it from that event loop."""

    path: Path

    @classmethod
    async def open(
        cls, path: Path, options: JournalOptions, *, now_us: Callable[[], int] = _wall_clock_us
    ) -> Self:
        """Take the lock and open the journal, creating it (and its folder) when there is none.

        Raises JournalInUse, JournalForeign, JournalCorrupt, JournalTooNew, JournalForbidden,
        JournalUnavailable.
        """
        raise NotImplementedError

    async def append(self, entries: Sequence[Entry]) -> None:
        """Keep the entries, all or none; returns when they are synced to disk.

        Raises JournalFull, JournalUnavailable: then none of them counts as received.
        """
        raise NotImplementedError

    async def claim(self, *, after: int, max_events: int, max_bytes: int) -> list[Record]:
        """The oldest events with seq > after, in order; at least one if there is any.

        max_bytes: of bodies. Claiming changes nothing: the caller keeps the cursor.
        Raises JournalUnavailable.
        """
        raise NotImplementedError

    async def settle(
        self, settlements: Sequence[Settlement], burials: Sequence[Burial] = ()
    ) -> None:
        """Remove events that are done and bury those that can't be, in one transaction.

        A seq that isn't in the journal counts nothing. Raises JournalUnavailable: do it again.
        """
        raise NotImplementedError

    async def wait_for_events(self, after: int) -> None:
        """Return when an event with seq > after is in the journal.

        May also return once when the events after `after` are all settled: claim to know.
        """
        raise NotImplementedError

    def accounting(self) -> Accounting:
        """Committed counts, from memory."""
        raise NotImplementedError

    def status(self) -> JournalStatus:
        """Everything known without I/O, at one committed moment."""
        raise NotImplementedError

    def last_seq(self) -> int:
        """The newest seq ever given; 0 before the first."""
        raise NotImplementedError

    def oldest_received_us(self) -> int | None:
        """Since when the oldest event waits (a replayed one: since its replay)."""
        raise NotImplementedError

    def tenant(self) -> str | None:
        """The tenant set or adopted."""
        raise NotImplementedError

    def last_test_us(self) -> int | None:
        """When the last test event came."""
        raise NotImplementedError

    def can_append(self) -> tuple[bool, str]:
        """Whether an append would be tried now; otherwise False and the reason, for people."""
        raise NotImplementedError

    async def dead_letters(
        self, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]:
        """At most `limit` dead letters with seq > after, oldest seq first, without bodies."""
        raise NotImplementedError

    async def dead_letter(self, seq: int) -> DeadLetter | None:
        """One dead letter with its body; None when there is none of that seq."""
        raise NotImplementedError

    async def dead_letter_codes(self) -> dict[str, int]:
        """How many dead letters there are of each code."""
        raise NotImplementedError

    async def replay(self, seqs: Sequence[int], *, force: bool) -> int:
        """Put dead letters back, each under a new seq; returns how many there were."""
        raise NotImplementedError

    async def drop(self, seqs: Sequence[int]) -> int:
        """Remove dead letters for good, counted as dropped; returns how many there were."""
        raise NotImplementedError

    async def expire_dead_letters(self, older_than_us: int) -> int:
        """Drop the dead letters that failed before that time; returns how many."""
        raise NotImplementedError

    async def get_mark(self, name: str) -> int | None:
        """A small durable integer; None when never set."""
        raise NotImplementedError

    async def set_mark(self, name: str, value: int) -> None:
        """Remember an integer (64 bits, signed); returns when it is synced to disk."""
        raise NotImplementedError

    async def close(self) -> None:
        """Finish what has queued, close the file, release the lock. Again does nothing."""
        raise NotImplementedError
