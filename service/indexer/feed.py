"""Claims events and turns them into batches, ahead of the sending.

    journal ──claim──▶ prepare ──▶ coalesce ──▶ batches
              (count     (events to   (newest
               and        documents)   a user)
               bytes)

A lone event is claimed at once. In a flood, claims wait for batches worth sending: nothing becomes
searchable before the next refresh anyway. Of a backlog several batches are coalesced together.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from service.indexer.chain import Candidate, Chain, batches, coalesce
from service.indexer.options import IndexerOptions
from service.indexer.prepare import prepare
from service.indexer.retry import Retry
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Record

# Mapping an event costs some 50 µs: after this many the loop answers webhooks again.
_PREPARED_AT_ONCE = 32
# Of a backlog so many batches' worth is taken and coalesced together: who changed often is written
# once. Each is read by itself, for appends wait meanwhile.
_BATCHES_AT_ONCE = 8
# Small batches cost OpenSearch and us half as much again for each event.
_LONGEST_FILLING_S = 0.5


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one request. burials: events found unusable; they settle with it."""

    chains: Sequence[Chain]
    burials: Sequence[Burial]


class Feed:
    """The journal's events from the oldest on, each once.

    refresh_due_s: seconds until what is claimed next can be searchable, asked before each claim.
    """

    def __init__(
        self,
        journal: Journal,
        options: IndexerOptions,
        retry: Retry,
        *,
        now_us: Callable[[], int],
        refresh_due_s: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._options = options
        self._retry = retry
        self._now_us = now_us
        self._refresh_due_s = refresh_due_s
        self._cursor = 0

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Until the indexer stops. Raises Interrupted."""
        limits = self._options
        while await self._retry.unless_stopping(self._journal.wait_for_events(self._cursor)):
            await self._fill()
            chains, burials = await self._prepared(await self._claim())
            for batch in batches(chains, max_events=limits.max_events, max_bytes=limits.max_bytes):
                yield Batch(batch, burials)
                burials = []
            if burials:
                yield Batch((), burials)

    async def _fill(self) -> None:
        """Let a batch fill for a part of the time until the next refresh."""
        patience_s = min(_LONGEST_FILLING_S, self._refresh_due_s() / 2)
        if patience_s > 0:
            full = self._journal.wait_for_events(self._cursor + self._options.max_events - 1)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._retry.unless_stopping(full)

    async def _claim(self) -> list[Record]:
        records: list[Record] = []
        room = self._options.max_bytes
        for _ in range(_BATCHES_AT_ONCE):
            claimed = await self._retry.after(JournalUnavailable, self._next)
            records += claimed
            room -= sum(len(record.body) for record in claimed)
            if len(claimed) < self._options.max_events or room <= 0:
                break
        return records

    async def _next(self) -> list[Record]:
        claimed = await self._journal.claim(
            after=self._cursor,
            max_events=self._options.max_events,
            max_bytes=self._options.max_bytes,
        )
        if claimed:
            self._cursor = claimed[-1].seq
        return claimed

    async def _prepared(self, records: list[Record]) -> tuple[list[Chain], list[Burial]]:
        candidates: list[Candidate] = []
        burials: list[Burial] = []
        for start in range(0, len(records), _PREPARED_AT_ONCE):
            some = records[start : start + _PREPARED_AT_ONCE]
            prepared = prepare(some, self._options, now_us=self._now_us())
            candidates += prepared.candidates
            burials += prepared.burials
            await asyncio.sleep(0)
        return coalesce(candidates), burials
