"""Lets the indexer sleep until there is something to claim."""

import asyncio

from service.journal import ledger as books
from service.journal.ledger import Ledger


class Arrivals:
    """Wakes waiters when events are there that they haven't seen. Lives in the event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._none_after = 0
        self._none_up_to = 0
        self._last_seq = 0
        self._events = 0
        self.update(ledger)

    def update(self, ledger: Ledger) -> None:
        """Take note of the committed books."""
        arrived = ledger.get(books.LAST_SEQ) > self._last_seq
        self._last_seq = ledger.get(books.LAST_SEQ)
        self._events = ledger.get(books.JOURNAL)
        if arrived:
            for future in self._waiting:
                if not future.done():
                    future.set_result(None)

    def note_none(self, after: int, up_to: int) -> None:
        """A claim after `after` found nothing when up_to was the newest seq given.

        Seqs only grow, so nothing will ever be found in between.
        """
        self._none_after = after
        self._none_up_to = up_to

    async def wait(self, after: int) -> None:
        """Return when a claim after `after` would (but for what others settle) find something."""
        while not self._may_have(after):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)

    def _may_have(self, after: int) -> bool:
        if self._events == 0:
            return False
        if after >= self._none_after:
            after = max(after, self._none_up_to)
        return self._last_seq > after
