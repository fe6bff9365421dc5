"""The last step of every event's way: it leaves the journal, or becomes a dead letter."""

import logging
from collections import Counter
from collections.abc import Sequence

from service.indexer.retry import Retry
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Settlement

log = logging.getLogger(__name__)


class Settler:
    """Settles for as long as it takes; retry's Interrupted passes through."""

    def __init__(self, journal: Journal, retry: Retry) -> None:
        self._journal = journal
        self._retry = retry

    async def settle(
        self, settlements: Sequence[Settlement], burials: Sequence[Burial] = ()
    ) -> None:
        """Return when it is on disk; the log tells of each reason for dead letters once."""
        if not settlements and not burials:
            return
        for code, number in Counter(burial.code for burial in burials).items():
            log.warning(
                "dead letters (%s): %d more",
                code,
                number,
                extra={"action": "events_buried", "code": code, "events": number},
            )
        # That the journal can't be written now is told by the journal itself.
        await self._retry.after(
            JournalUnavailable, lambda: self._journal.settle(settlements, burials)
        )
