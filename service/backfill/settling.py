"""Waiting until what was received by now is indexed, where a service does that."""

import asyncio
import time
from collections.abc import Callable

from service.journal.access import JournalAccess

_LOOK_EVERY_S = 0.2
_TELL_AFTER_S = 3.0


class Settling:
    """left: events that nobody indexes for now."""

    def __init__(
        self,
        journal: JournalAccess,
        *,
        now_us: Callable[[], int],
        waiting: Callable[[str], None],
    ) -> None:
        self.left = 0
        self._journal = journal
        self._now_us = now_us
        self._waiting = waiting

    async def wait(self) -> None:
        """Return when every event received before this call is settled, or no service runs.

        Raises JournalError.
        """
        begun_us, begun_s = self._now_us(), time.monotonic()
        told = False
        while True:
            status = await self._journal.status()
            oldest_us = status.oldest_received_us
            if oldest_us is None or oldest_us > begun_us:
                return
            waiting = status.accounting.journal
            if await self._journal.owner_status() is None:
                self.left = waiting
                return
            if not told and time.monotonic() - begun_s >= _TELL_AFTER_S:
                told = True
                self._waiting(f"{waiting:,} events wait to be indexed")
            await asyncio.sleep(_LOOK_EVERY_S)
