"""Waiting until what was received by now is indexed, where a service does that."""

import asyncio
import time
from collections.abc import Callable

from service.backfill.patience import Patience
from service.journal.access import JournalAccess

_LOOK_EVERY_S = 0.2
_PATIENCE_S = 600.0


class Settling:
    """left: events that nobody indexes for now. stuck: though a service runs.

    patience_s: how long the oldest event may stay where it is. A service tries for ever, an index
    that takes no writes can be read all the same, and who waits is a nightly job.
    """

    def __init__(
        self,
        journal: JournalAccess,
        *,
        waiting: Callable[[str], None],
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self.left = 0
        self.stuck = False
        self._patience_s = patience_s
        self._journal = journal
        self._waiting = waiting

    async def wait(self) -> None:
        """Return when every event received before this call is settled, or none will be for now.

        Raises JournalError.
        """
        status = await self._journal.status()
        newest = status.last_seq
        moved, moved_s = 0, time.monotonic()
        patience = Patience(self._waiting)
        while status.oldest_seq is not None and status.oldest_seq <= newest:
            waiting = status.accounting.journal
            if status.oldest_seq != moved:
                moved, moved_s = status.oldest_seq, time.monotonic()
            self.stuck = time.monotonic() - moved_s >= self._patience_s
            if self.stuck or await self._journal.owner_status() is None:
                self.left = waiting
                return
            patience.waits(f"{waiting:,} events wait to be indexed")
            await asyncio.sleep(_LOOK_EVERY_S)
            status = await self._journal.status()
