"""The journal as the event loop sees it: what was appended is on disk before append() returns.

One process owns it, one thread writes it. Every number given is a committed one.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from service.clock import clock_us
from service.journal import damaged_log, opening, reading
from service.journal import ledger as books
from service.journal.arrivals import Arrivals
from service.journal.capacity import Capacity
from service.journal.database import log_path
from service.journal.dead_letters import DeadLetters
from service.journal.duplicates import DuplicateWindow
from service.journal.errors import (
    JournalCorrupt,
    JournalDiskFull,
    JournalError,
    JournalUnavailable,
)
from service.journal.options import JournalOptions
from service.journal.records import (
    Accounting,
    Burial,
    ComparisonResult,
    Entry,
    JournalStatus,
    Record,
    Settlement,
    Whereabouts,
)
from service.journal.replays import Replays
from service.journal.strangers import Strangers
from service.journal.transaction import Transaction
from service.journal.writer import Change, Read, Writer

# Events spread over many pages, as in a backlog, take tens of microseconds each to remove,
# and appends wait meanwhile.
_SETTLED_AT_ONCE = 2_000

# What /readyz wants room for: nearly every event is smaller. Of a small limit, a share.
_LARGE_EVENT_BYTES = 64 * 1024
_SHARE_OF_LIMIT = 16

T = TypeVar("T")

log = logging.getLogger(__name__)


class Journal:
    """The owner's journal. Make one with `await Journal.open(…)`; use it from that event loop."""

    def __init__(
        self,
        path: Path,
        owned: opening.Owned,
        options: JournalOptions,
        now_us: Callable[[], int],
    ) -> None:
        self.path = path
        self._lock = owned.lock
        self._now_us = now_us
        self._closed = False
        self._large_event = min(_LARGE_EVENT_BYTES, options.max_bytes // _SHARE_OF_LIMIT)
        self._capacity = Capacity(
            path, max_bytes=options.max_bytes, min_free_disk_bytes=options.min_free_disk_bytes
        )
        self._capacity.note_spare(owned.database.spare_bytes())
        self.strangers = Strangers(now_us)
        self._writer = Writer(
            owned.database,
            self._capacity,
            DuplicateWindow(
                length_us=options.duplicate_window_us, keys=options.duplicate_window_keys
            ),
            self.strangers,
            now_us=now_us,
            committed=self._after_commit,
        )
        self._damaged_logs = damaged_log.kept(log_path(path))
        self._arrivals = Arrivals(self._writer.ledger)
        self._replays = Replays()
        self.dead_letters = DeadLetters(self._change, self._read, self._replays)

    @classmethod
    async def open(
        cls, path: Path, options: JournalOptions, *, now_us: Callable[[], int] = clock_us
    ) -> Self:
        """Take the lock and open the journal, creating it (and its folder) when there is none.

        Raises JournalInUse, JournalForeign, JournalCorrupt, JournalTooNew, JournalForbidden,
        JournalUnavailable.
        """
        absolute = opening.absolute(path)
        owned = await asyncio.to_thread(opening.take, absolute, lock_wait_s=options.lock_wait_s)
        try:
            journal = cls(absolute, owned, options, now_us)
        except BaseException:
            owned.release()
            raise
        journal._writer.start()
        try:
            await journal._serve_only(options.tenant)
        except BaseException:
            await journal.close()
            raise
        return journal

    async def _serve_only(self, tenant: str | None) -> None:
        known = self.tenant()
        if tenant is None or tenant == known:
            return
        if known is not None:
            log.warning(
                "the journal's tenant is another one from now on; what it holds stays",
                extra={"action": "tenant_changed"},
            )
        await self._change(lambda transaction: transaction.set_tenant(tenant))

    async def append(self, entries: Sequence[Entry]) -> None:
        """Keep the entries, all or none; returns when they are synced to disk.

        Raises JournalFull, JournalUnavailable: then none of them counts as received.
        """
        if fault := self._writer.damage or self._writer.stall.reason():
            raise JournalUnavailable(fault)
        received_us = self._now_us()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.submit(
            Change(lambda transaction: transaction.append(entries, received_us), future, True)
        )
        await future

    async def claim(self, *, after: int, max_events: int, max_bytes: int) -> list[Record]:
        """The oldest events with seq > after, in order; at least one if there is any.

        max_bytes: of bodies. Claiming changes nothing: the caller keeps the cursor.
        Raises JournalUnavailable.
        """

        def read(sql: sqlite3.Connection) -> tuple[list[Record], int]:
            records = reading.claim(sql, after=after, max_events=max_events, max_bytes=max_bytes)
            return records, self.last_seq()

        records, last_seq = await self._read(read, vital=True)
        if not records:
            self._arrivals.note_none(after, last_seq)
        return records

    async def settle(
        self, settlements: Sequence[Settlement], burials: Sequence[Burial] = ()
    ) -> None:
        """Remove events that are done and bury those that can't be, many in several transactions.

        A seq that isn't in the journal counts nothing. Raises JournalUnavailable: do it again.
        """
        await self._settle(settlements[:_SETTLED_AT_ONCE], burials)
        for start in range(_SETTLED_AT_ONCE, len(settlements), _SETTLED_AT_ONCE):
            await self._settle(settlements[start : start + _SETTLED_AT_ONCE], ())

    async def _settle(self, settlements: Sequence[Settlement], burials: Sequence[Burial]) -> None:
        try:
            await self._change(lambda transaction: transaction.settle(settlements, burials))
        except JournalDiskFull:
            # What goes is overwritten, in the log first: that takes as much room as it had.
            if len(settlements) < 2:
                raise
            middle = len(settlements) // 2
            await self._settle(settlements[:middle], burials)
            await self._settle(settlements[middle:], ())
        else:
            self._replays.settled(settlements)

    async def wait_for_events(self, after: int) -> None:
        """Return when an event with seq > after is in the journal.

        May also return once when those after `after` are all settled: claim to know.
        """
        await self._arrivals.wait(after)

    def accounting(self) -> Accounting:
        """Committed counts, from memory."""
        return self._writer.ledger.accounting()

    def status(self) -> JournalStatus:
        """Everything known without I/O, at one committed moment."""
        ledger = self._writer.ledger
        refusal = self.refusal()
        return JournalStatus(
            accounting=ledger.accounting(),
            last_seq=ledger.get(books.LAST_SEQ),
            oldest_seq=ledger.oldest.seq if ledger.oldest else None,
            oldest_received_us=ledger.oldest.since_us if ledger.oldest else None,
            last_test_us=ledger.counts.get(books.LAST_TEST_US),
            last_comparison=ledger.compared(),
            tenant=ledger.tenant,
            refusal="" if refusal is None else str(refusal),
        )

    def depth(self) -> int:
        """How many events are in the journal; without making the whole accounting."""
        return self._writer.ledger.get(books.JOURNAL)

    def last_seq(self) -> int:
        """The newest seq ever given; 0 before the first."""
        return self._writer.ledger.get(books.LAST_SEQ)

    def oldest_received_us(self) -> int | None:
        """Since when the oldest event waits (a replayed one: since its replay)."""
        oldest = self._writer.ledger.oldest
        return oldest.since_us if oldest else None

    def tenant(self) -> str | None:
        """The tenant set or adopted."""
        return self._writer.ledger.tenant

    def last_comparison(self) -> ComparisonResult | None:
        """Of the index with the directory; None before the first."""
        return self._writer.ledger.compared()

    def last_import_us(self) -> int | None:
        """When the last import that came to its end began; None before the first."""
        return self._writer.ledger.counts.get(books.IMPORTED_US)

    def made_anew_us(self) -> int | None:
        """When an empty index last took the place of one with users; None when never."""
        return self._writer.ledger.counts.get(books.MADE_ANEW_US)

    def refusal(self) -> JournalError | None:
        """What an append of a large event would raise now; None when there is room for it.

        A little before the first event is refused, so that a load balancer knows in time.
        """
        if self._closed:
            return JournalUnavailable("the journal is closed")
        if self._writer.damage:
            return JournalCorrupt(self._writer.damage)
        if fault := self._writer.failure or self._writer.stall.reason():
            return JournalUnavailable(fault)
        try:
            self._capacity.check(self._large_event, self._writer.ledger.get(books.BYTES))
        except JournalError as refusal:
            return refusal
        return None

    def damaged_logs(self) -> list[Path]:
        """Logs that an opening set aside, with acknowledged events, until somebody removes them."""
        return [kept for kept in self._damaged_logs if kept.exists()]

    async def whereabouts(self, first: int, last: int) -> Whereabouts:
        """Where the events first…last are now, at one committed moment. Both inclusive."""
        waiting, codes = await self._read(lambda sql: reading.whereabouts(sql, first, last))
        return Whereabouts(waiting, codes, self._replays.outcomes(first, last))

    async def note_comparison(self, comparison: ComparisonResult) -> None:
        """Remember the last comparison of the index with the directory, durably."""
        await self._change(lambda transaction: transaction.note_comparison(comparison))

    async def note_import(self, began_us: int) -> None:
        """Remember that an import came to its end, durably. began_us: µs since the epoch."""
        await self._change(lambda transaction: transaction.note_import(began_us))

    async def note_made_anew(self, since_us: int) -> None:
        """Remember that an empty index is made, durably. since_us: µs since the epoch.

        Not so of the first, before any event was written.
        """
        await self._change(lambda transaction: transaction.note_made_anew(since_us))

    async def get_mark(self, name: str) -> int | None:
        """A small durable integer; None when never set."""
        return await self._read(lambda sql: reading.mark(sql, name))

    async def set_mark(self, name: str, value: int) -> None:
        """Remember an integer (64 bits, signed); returns when it is synced to disk."""
        await self._change(lambda transaction: transaction.set_mark(name, value))

    def announce(self, socket: Path | None) -> None:
        """Write into the lock file where this owner answers commands."""
        self._lock.announce(socket)

    async def close(self) -> None:
        """Finish what has queued, close the file, release the lock. Again does nothing."""
        if self._closed:
            return
        self._closed = True
        await self._writer.stop()
        self._lock.release()

    async def _change(self, run: Callable[[Transaction], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Change(run, future))
        return await future

    async def _read(self, run: Callable[[sqlite3.Connection], T], *, vital: bool = False) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Read(run, future, vital))
        return await future

    def _after_commit(self) -> None:
        self._arrivals.update(self._writer.ledger)
