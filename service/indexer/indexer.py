"""Journal to OpenSearch: claim, coalesce, write, settle.

    journal ──▶ feed ──▶ window ──▶ deliver ──▶ settle ──▶ refresh
                (claim,   (coalesce)  (map,
                 parse)                _bulk)

Promise: every claimed event ends settled or as a dead letter, whatever OpenSearch does and for
however long; one bad event never holds up or spoils its neighbours.
"""

import asyncio
from collections.abc import Callable, Sequence

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from service.documents.document import DeletionMode
from service.index.names import IndexNames
from service.indexer.bulk import BulkWriter
from service.indexer.delivery import Delivery
from service.indexer.feed import Feed
from service.indexer.in_flight import InFlight
from service.indexer.in_turn import InTurn
from service.indexer.options import IndexerOptions
from service.indexer.prepare import Preparer
from service.indexer.refresh import Refresher
from service.indexer.retry import Interrupted, Retry
from service.indexer.set_aside import SetAside
from service.indexer.troubles import Trouble, WritingTroubles
from service.indexer.window import Window
from service.journal.journal import Journal
from service.observability.metrics import Metrics


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
        self._preparer = Preparer(options, now_us)
        self._retry = Retry(options.retry_max_seconds, self._stopping)
        self._troubles = WritingTroubles(now_us)
        self._in_flight = InFlight(options.in_flight)
        # One more than there may be requests: it settles in the journal while the others send.
        self._lanes = options.in_flight + 1
        self._refresher = Refresher(
            client,
            names.writers,
            interval_s=options.refresh_interval_us / 1e6,
            waiting=journal.depth,
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
            self._preparer,
            purged_us=purged_us,
            troubles=self._troubles,
            retry=self._retry,
            refresher=self._refresher,
        )

    def _start_afresh(self) -> None:
        """Nothing is claimed: what an earlier run left is in the journal."""
        self._window = Window(
            max_events=self._options.max_events, max_bytes=self._options.max_bytes
        )
        self._deliver = self._delivery.deliver
        if self._options.deletion_mode is DeletionMode.DELETE:
            self._deliver = InTurn(self._deliver, self._window.put).deliver
        self._set_aside = SetAside(
            self._deliver,
            self._retry,
            max_events=self._options.max_events,
            max_bytes=self._options.max_bytes,
            emptied=self._troubles.items.over,
        )

    async def run(self) -> None:
        """Index until stop() is called; returns once what was in flight has settled.

        After an exception or a cancellation it can be run again.
        """
        self._start_afresh()
        feed = Feed(
            self._journal,
            self._options,
            self._retry,
            self._window,
            self._preparer,
            refresh_due_s=self._refresher.expected_in_s,
        )
        async with asyncio.TaskGroup() as group:
            refreshing = group.create_task(self._refresher.run(), name="refresh")
            delivering = [
                group.create_task(self._set_aside.run(), name="set-aside"),
                group.create_task(feed.run(), name="feed"),
                *(group.create_task(self._lane(), name=f"index-{n}") for n in range(self._lanes)),
            ]
            await asyncio.wait(delivering)
            refreshing.cancel()

    def stop(self) -> None:
        """Claim no more. What OpenSearch can't take now stays in the journal."""
        self._stopping.set()

    def hurry(self) -> None:
        """Try at once what waits to be tried again: the cluster seems to be back."""
        self._retry.hurry()

    def troubles(self) -> list[Trouble]:
        """What holds events up now, each cause once; empty when all is well."""
        return self._troubles.current()

    def ahead_in_a_row(self) -> int:
        """How many events in a row were too far ahead of this service's clock."""
        return self._preparer.ahead_in_a_row

    def refresh_error(self) -> OpenSearchException | None:
        """What makes what is written searchable late, while refreshes fail."""
        return self._refresher.error

    async def requests_over(self) -> None:
        """Return when no `_bulk` is under way that was begun before this call."""
        await self._in_flight.over()

    async def _lane(self) -> None:
        while await self._retry.unless_stopping(self._window.until_some()):
            batch = self._window.take()
            self._set_aside.hand_over(batch)
            try:
                refused = await self._deliver(batch)
            except Interrupted:
                return
            if refused:
                self._set_aside.add(refused)
                await self._retry.unless_stopping(self._set_aside.until_room())

    def _observe_lag(self, received_us: Sequence[int]) -> None:
        now = self._now_us()
        for received in received_us:
            self._metrics.searchable_lag_seconds.observe(max(0, now - received) / 1e6)
