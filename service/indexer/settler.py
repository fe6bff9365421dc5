"""The last step of every event's way: it leaves the journal, or becomes a dead letter."""

import logging
from collections import Counter
from collections.abc import Sequence

from service.clock import steady_us
from service.indexer.retry import Retry
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Settlement
from service.observability.throttle import Throttle

log = logging.getLogger(__name__)


class Settler:
    """Settles for as long as it takes; retry's Interrupted passes through."""

    def __init__(self, journal: Journal, retry: Retry) -> None:
        self._journal = journal
        self._retry = retry
        self._throttle = Throttle(steady_us)

    async def settle(
        self, settlements: Sequence[Settlement], burials: Sequence[Burial] = ()
    ) -> None:
        """Return when it is on disk. Of each reason for dead letters the log tells at once, then
        once a minute at most: a clock that is wrong makes one of every event."""
        if not settlements and not burials:
            return
        for code, number in Counter(burial.code for burial in burials).items():
            if events := self._throttle.due(code, number):
                log.warning(
                    "dead letters (%s): %d more",
                    code,
                    events,
                    extra={"action": "events_buried", "code": code, "events": events},
                )
        # That the journal can't be written now is told by the journal itself.
        await self._retry.after(
            JournalUnavailable, lambda: self._journal.settle(settlements, burials)
        )
