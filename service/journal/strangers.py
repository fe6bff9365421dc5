"""Notices events of other tenants: acknowledged and gone, so that a mistake has to be heard of."""

import logging
from collections.abc import Callable

from service.observability.throttle import Throttle

log = logging.getLogger(__name__)


class Strangers:
    """Counts since the journal was opened.

    refused: events of other tenants. taken: events of this one. newest: whose the last refused was.
    """

    def __init__(self, now_us: Callable[[], int]) -> None:
        self.refused = 0
        self.taken = 0
        self.newest = ""
        self._throttle = Throttle(now_us)

    def note(self, *, taken: int, refused: int, newest: str, ours: str | None) -> None:
        """Count what was committed; the log is told of others once a minute at most."""
        self.taken += taken
        self.refused += refused
        self.newest = newest or self.newest
        if refused and self._throttle.due():
            log.warning(
                "events of the tenant %s are refused, for this service serves %s; senders don't "
                "repeat them: if they are yours, correct USER_SYNC_TENANT",
                newest,
                ours,
                extra={"action": "events_refused", "events": self.refused},
            )
