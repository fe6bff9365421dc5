"""Journal to OpenSearch: claim, coalesce, write, settle.

    journal ──claim──▶ prepare ──▶ coalesce ──▶ deliver ──▶ settle ──▶ refresh
              (count     (events to   (newest     (_bulk,
               and        documents)   a user)     versions)
               bytes)

Promise: every claimed event ends settled or as a dead letter, whatever OpenSearch does and for
however long; one bad event never holds up or spoils its neighbours.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.indexer.bulk import BulkWriter
from service.indexer.chain import Candidate, Chain, coalesce
from service.indexer.delivery import Delivery
from service.indexer.options import IndexerOptions
from service.indexer.prepare import prepare
from service.indexer.refresh import Refresher
from service.indexer.retry import Interrupted, Retry
from service.indexer.troubles import Trouble, Troubles
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Record
from service.observability.metrics import Metrics

log = logging.getLogger(__name__)

# Mapping an event costs some 50 µs: after this many the loop answers webhooks again.
_PREPARED_AT_ONCE = 32
# Chains that the cluster refuses item by item wait beside the flow; past this size they stop it.
_MOST_SET_ASIDE_BYTES = 64 * 1024 * 1024
_BYTES_BESIDE_SOURCE = 1_000


class Indexer:
    """Carries events from the journal to the index; run() until stop().

    purged_us: event time of the newest purged tombstone (µs), asked before each claim.
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
        self._purged_us = purged_us
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self._retry = Retry(options.retry_max_seconds, self._stopping)
        self._requests = Troubles(now_us)
        self._items = Troubles(now_us)
        self._refresher = Refresher(
            client,
            names.writers,
            interval_s=options.refresh_interval_us / 1e6,
            searchable=self._observe_lag,
        )
        self._delivery = Delivery(
            BulkWriter(client, names.writers),
            journal,
            metrics,
            requests=self._requests,
            items=self._items,
            retry=self._retry,
            flushed=self._refresher.flushed,
        )
        self._cursor = 0
        self._claiming = asyncio.Lock()
        self._set_aside: dict[asyncio.Task[None], int] = {}

    async def run(self) -> None:
        """Index until stop() is called; returns once what was in flight has settled."""
        refreshing = asyncio.create_task(self._refresher.run(), name="refresh")
        lanes = [
            asyncio.create_task(self._lane(), name=f"index-{n}")
            for n in range(self._options.in_flight)
        ]
        try:
            await asyncio.gather(*lanes)
        finally:
            for task in (*lanes, *self._set_aside, refreshing):
                task.cancel()
            await asyncio.gather(*lanes, *self._set_aside, refreshing, return_exceptions=True)

    def stop(self) -> None:
        """Claim no more. What OpenSearch can't take now stays in the journal."""
        self._stopping.set()

    def troubles(self) -> list[Trouble]:
        """What holds events up now; empty when all is well."""
        return self._requests.current() + self._items.current()

    async def _lane(self) -> None:
        while not self._stopping.is_set():
            try:
                records = await self._claim()
                chains, burials = await self._prepared(records)
                del records
                refused = await self._delivery.deliver(chains, burials)
            except Interrupted:
                return
            if refused:
                self._insist(refused)
                await self._until_room()

    async def _claim(self) -> list[Record]:
        """The next records, or none when stopping. One lane at a time: the cursor only grows."""
        async with self._claiming:
            if not await self._unless_stopping(self._journal.wait_for_events(self._cursor)):
                return []
            records = await self._retry.after(
                JournalUnavailable,
                lambda: self._journal.claim(
                    after=self._cursor,
                    max_events=self._options.max_events,
                    max_bytes=self._options.max_bytes,
                ),
            )
            if records:
                self._cursor = records[-1].seq
            return records

    async def _prepared(self, records: list[Record]) -> tuple[list[Chain], list[Burial]]:
        candidates: list[Candidate] = []
        burials: list[Burial] = []
        purged_us = self._purged_us()
        for start in range(0, len(records), _PREPARED_AT_ONCE):
            some = records[start : start + _PREPARED_AT_ONCE]
            prepared = prepare(some, self._options, now_us=self._now_us(), purged_us=purged_us)
            candidates += prepared.candidates
            burials += prepared.burials
            await asyncio.sleep(0)
        return coalesce(candidates), burials

    def _insist(self, refused: list[Chain]) -> None:
        """Retry refused chains beside the flow, for as long as it takes."""
        task = asyncio.create_task(self._delivery.insist(refused), name="insist")
        self._set_aside[task] = sum(_weight(chain) for chain in refused)
        task.add_done_callback(self._accepted)

    def _accepted(self, task: asyncio.Task[None]) -> None:
        del self._set_aside[task]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Interrupted):
            log.error(
                "retrying refused events failed; they are claimed again at the next start",
                extra={"action": "insist_failed"},
                exc_info=error,
            )
        if not self._set_aside:
            self._items.over()

    async def _until_room(self) -> None:
        while sum(self._set_aside.values()) > _MOST_SET_ASIDE_BYTES:
            waiting = asyncio.wait(self._set_aside, return_when=asyncio.FIRST_COMPLETED)
            if not await self._unless_stopping(waiting):
                return

    async def _unless_stopping(self, waiting: Coroutine[Any, Any, object]) -> bool:
        """Wait, but no longer than until stop(); True when the wait came to its end."""
        work = asyncio.ensure_future(waiting)
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return False
            work.result()
            return True
        finally:
            for task in (work, stop):
                task.cancel()
            await asyncio.gather(work, stop, return_exceptions=True)

    def _observe_lag(self, received_us: list[int]) -> None:
        now = self._now_us()
        for received in received_us:
            self._metrics.searchable_lag_seconds.observe(max(0, now - received) / 1e6)


def _weight(chain: Chain) -> int:
    return sum(
        _BYTES_BESIDE_SOURCE + len(candidate.document.source or b"")
        for candidate in chain.candidates
    )
