"""Journal to OpenSearch: claim, coalesce, write, settle.

    journal ──claim──▶ prepare ──▶ coalesce ──▶ deliver ──▶ settle ──▶ refresh
              (count     (events to   (newest     (_bulk,
               and        documents)   a user)     versions)
               bytes)

Promise: every claimed event ends settled or as a dead letter, whatever OpenSearch does and for
however long; one bad event never holds up or spoils its neighbours.
"""

import asyncio
from collections.abc import Callable, Sequence

from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.indexer.bulk import BulkWriter
from service.indexer.chain import Candidate, Chain, batches, coalesce
from service.indexer.delivery import Delivery
from service.indexer.in_flight import InFlight
from service.indexer.options import IndexerOptions
from service.indexer.prepare import prepare
from service.indexer.refresh import Refresher
from service.indexer.retry import Interrupted, Retry
from service.indexer.set_aside import SetAside
from service.indexer.troubles import Trouble, Troubles
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Record
from service.observability.metrics import Metrics

# Mapping an event costs some 50 µs: after this many the loop answers webhooks again.
_PREPARED_AT_ONCE = 32
# Of a backlog so many batches' worth is taken and coalesced together: who changed often is written
# once. Each is read by itself, for appends wait meanwhile.
_BATCHES_AT_ONCE = 8


class Indexer:
    """Carries events from the journal to the index; run() until stop().

    purged_us: event time of the newest purged tombstone (µs), asked before each sending.
    """

    def __init__(
        self,
        journal: Journal,
        client: AsyncOpenSearch,
        names: IndexNames,
        options: IndexerOptions,
        metrics: Metrics,
        *,
        now_us: Callable[[], int],
        purged_us: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._journal = journal
        self._options = options
        self._now_us = now_us
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self._retry = Retry(options.retry_max_seconds, self._stopping)
        self._requests = Troubles(now_us)
        self._items = Troubles(now_us)
        self._in_flight = InFlight(options.in_flight)
        self._refresher = Refresher(
            client,
            names.writers,
            interval_s=options.refresh_interval_us / 1e6,
            waiting=lambda: journal.accounting().journal,
            searchable=self._observe_lag,
        )
        self._delivery = Delivery(
            BulkWriter(
                client,
                names.writers,
                self._in_flight,
                shard_wait_s=options.shard_wait_seconds,
            ),
            journal,
            metrics,
            purged_us=purged_us,
            requests=self._requests,
            items=self._items,
            retry=self._retry,
            refresher=self._refresher,
        )
        self._start_afresh()

    def _start_afresh(self) -> None:
        """Nothing is claimed: what an earlier run left is in the journal."""
        self._cursor = 0
        self._claiming = asyncio.Lock()
        self._set_aside = SetAside(
            self._delivery.deliver,
            self._retry,
            max_events=self._options.max_events,
            max_bytes=self._options.max_bytes,
            emptied=self._items.over,
        )

    async def run(self) -> None:
        """Index until stop() is called; returns once what was in flight has settled.

        After an exception or a cancellation it can be run again.
        """
        self._start_afresh()
        async with asyncio.TaskGroup() as group:
            refreshing = group.create_task(self._refresher.run(), name="refresh")
            delivering = [
                group.create_task(self._set_aside.run(), name="set-aside"),
                *(
                    group.create_task(self._lane(), name=f"index-{n}")
                    for n in range(self._options.in_flight)
                ),
            ]
            await asyncio.wait(delivering)
            refreshing.cancel()

    def stop(self) -> None:
        """Claim no more. What OpenSearch can't take now stays in the journal."""
        self._stopping.set()

    def troubles(self) -> list[Trouble]:
        """What holds events up now, each cause once; empty when all is well."""
        found = self._requests.current() + self._items.current()
        return list({trouble.code: trouble for trouble in found}.values())

    def refreshes_fail(self) -> str:
        """The kind of error that makes what is written searchable late; empty without one."""
        return self._refresher.failing

    async def requests_over(self) -> None:
        """Return when no `_bulk` is under way that was begun before this call."""
        await self._in_flight.over()

    async def _lane(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._deliver(*await self._prepared(await self._claim()))
            except Interrupted:
                return

    async def _deliver(self, chains: list[Chain], burials: list[Burial]) -> None:
        """In batches; those that are still to be sent when stopping stay in the journal."""
        limits = self._options
        for batch in batches(chains, max_events=limits.max_events, max_bytes=limits.max_bytes):
            refused = await self._delivery.deliver(batch, burials)
            burials = []
            if refused:
                self._set_aside.add(refused)
                await self._retry.unless_stopping(self._set_aside.until_room())
            if self._stopping.is_set():
                return
        if burials:
            await self._delivery.deliver([], burials)

    async def _claim(self) -> list[Record]:
        """The next records, or none when stopping. One lane at a time: the cursor only grows."""
        async with self._claiming:
            arrived = self._journal.wait_for_events(self._cursor)
            if not await self._retry.unless_stopping(arrived):
                return []
            records: list[Record] = []
            room = self._options.max_bytes
            for _ in range(_BATCHES_AT_ONCE):
                batch = await self._retry.after(JournalUnavailable, self._next_batch)
                records += batch
                room -= sum(len(record.body) for record in batch)
                if len(batch) < self._options.max_events or room <= 0:
                    break
            return records

    async def _next_batch(self) -> list[Record]:
        batch = await self._journal.claim(
            after=self._cursor,
            max_events=self._options.max_events,
            max_bytes=self._options.max_bytes,
        )
        if batch:
            self._cursor = batch[-1].seq
        return batch

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

    def _observe_lag(self, received_us: Sequence[int]) -> None:
        now = self._now_us()
        for received in received_us:
            self._metrics.searchable_lag_seconds.observe(max(0, now - received) / 1e6)
