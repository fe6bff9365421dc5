"""Claims events and puts them into the window, ahead of the sending.

    journal ──claim──▶ parse ──▶ window
              (count      └──▶ dead letters
               and bytes)

A lone event is claimed at once. Where many come, claims wait for batches worth sending: nothing
becomes searchable before the next refresh anyway. In a flood, they wait until it is received.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from service.indexer.options import IndexerOptions
from service.indexer.prepare import Preparer
from service.indexer.receiving_first import ReceivingFirst
from service.indexer.retry import Interrupted, Retry
from service.indexer.settler import Settler
from service.indexer.window import Window
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Record

# Small batches cost OpenSearch and us half as much again for each event.
_LONGEST_FILLING_S = 0.5


class Feed:
    """The journal's events from the oldest on, each once.

    refresh_due_s: seconds until what is claimed next can be searchable, asked before each claim.
    """

    def __init__(
        self,
        journal: Journal,
        options: IndexerOptions,
        retry: Retry,
        window: Window,
        preparer: Preparer,
        *,
        refresh_due_s: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._options = options
        self._retry = retry
        self._settler = Settler(journal, retry)
        self._window = window
        self._preparer = preparer
        self._refresh_due_s = refresh_due_s
        self._receiving = ReceivingFirst(caught_up=options.max_events)
        self._cursor = 0

    async def run(self) -> None:
        """Keep the window filled until the indexer stops."""
        with suppress(Interrupted):
            while await self._retry.unless_stopping(self._something_to_claim()):
                await self._fill()
                await self._give_way()
                claimed = await self._retry.after(JournalUnavailable, self._claim)
                behind = self._behind() if claimed else 0
                prepared = await self._preparer.candidates(
                    claimed, sent_soon=behind < self._options.max_events
                )
                # They need no OpenSearch: in an outage they must not pile up here.
                await self._settler.settle((), prepared.burials)
                self._window.add(prepared.candidates, behind=behind)

    async def _something_to_claim(self) -> None:
        await self._window.until_room()
        await self._journal.wait_for_events(self._cursor)

    async def _fill(self) -> None:
        """Let a batch fill for a part of the time until the next refresh."""
        patience_s = min(_LONGEST_FILLING_S, self._refresh_due_s() / 2)
        if patience_s > 0:
            full = self._journal.wait_for_events(self._cursor + self._options.max_events - 1)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._retry.unless_stopping(full)

    async def _give_way(self) -> None:
        """Wait while a flood is received."""
        while pause_s := self._receiving.pause_s(
            last_seq=self._journal.last_seq(),
            unclaimed=self._behind(),
            journaled=self._journal.depth(),
        ):
            if not await self._retry.unless_stopping(asyncio.sleep(pause_s)):
                return

    async def _claim(self) -> list[Record]:
        claimed = await self._journal.claim(
            after=self._cursor,
            max_events=self._options.max_events,
            max_bytes=self._options.max_bytes,
        )
        if claimed:
            self._cursor = claimed[-1].seq
        return claimed

    def _behind(self) -> int:
        """At most so many events are after the cursor; of seqs alone, most can be gone."""
        return min(self._journal.depth(), self._journal.last_seq() - self._cursor)
