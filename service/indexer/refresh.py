"""Makes what was written searchable soon: a refresh after a flush, paced by what it costs.

A lone event's own request brings its refresh and is searchable within tens of milliseconds. The
more was written since the last refresh, the longer the pause, up to the interval: a flood keeps its
throughput. The more events wait, the longer pauses may be: whoever is in the journal is found late
anyway, and sooner when OpenSearch writes more and refreshes less.
The index's own refresh interval is long: it only covers for this service's absence.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

log = logging.getLogger(__name__)

# The pause after a refresh that made few documents searchable, as a share of what it took: somebody
# waits for them, and a short pause keeps what came meanwhile together.
_PAUSE_AFTER_ONE = 0.1

# Each written document defers the next refresh by this much, so that refreshing takes a bounded
# share of the engine's time at every rate.
_PAUSE_PER_DOCUMENT_S = 0.002

# In a pause it is seen this often whether the flood is over.
_LOOK_EVERY_S = 0.1

# When nothing waits and nothing was written for so long, the flood is over. If another
# follows at once, refreshing still takes half of one processor's time at most.
_QUIET_AFTER_S = 0.1

# Beside so few documents a refresh is nearly all that a request costs.
_MOST_WITH_OWN_REFRESH = 16

# Refreshing twice a second costs half as much again as the writing, every two seconds an eighth.
# Each waiting event lengthens the pause by about twice what it takes to be indexed.
_PAUSE_PER_WAITING_S = 0.0005
_LONGEST_BEHIND_S = 10.0

# Events whose lag is still of interest while refreshes fail: a role without them fails for good.
_MOST_REMEMBERED = 100_000


def pause_s(*, last_took_s: float, documents: int, waiting: int, interval_s: float) -> float:
    """Seconds from the end of a refresh to the next.

    last_took_s: what the refresh took. documents: written since. waiting: events in the journal.
    """
    most_s = max(interval_s, min(_LONGEST_BEHIND_S, waiting * _PAUSE_PER_WAITING_S))
    if waiting:
        most_s = max(most_s, last_took_s)  # half of one processor's time, however slow it is
    return min(most_s, last_took_s * _PAUSE_AFTER_ONE + documents * _PAUSE_PER_DOCUMENT_S)


class Refresher:
    """Asks for refreshes; run() until cancelled.

    interval_s: the longest pause between two refreshes that take less than it.
    waiting: events that wait in the journal. searchable: called with the receipt times (µs since
    the epoch) of events that a refresh just made searchable. error: what refreshes meet now; None
    when they succeed.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        alias: str,
        *,
        interval_s: float,
        waiting: Callable[[], int],
        searchable: Callable[[Sequence[int]], None],
    ) -> None:
        self._client = client
        self._path = f"/{alias}/_refresh"
        self._interval_s = interval_s
        self._waiting = waiting
        self._searchable = searchable
        self._flushed: list[int] = []
        self._dirty = asyncio.Event()
        # What an earlier run wrote and didn't come to refresh.
        self._dirty.set()
        self._refreshing = False
        self.error: OpenSearchException | None = None
        self._last_took_s = 0.0
        self._last_documents = 0
        self._last_ended = -interval_s
        self._last_flushed = 0.0

    def due_in_s(self) -> float:
        """Seconds until a refresh is due; negative when it is overdue."""
        return self._last_ended + self._pause_s(len(self._flushed)) - time.monotonic()

    def expected_in_s(self) -> float:
        """Seconds until the refresh for what is written now, if the flow stays as it was.

        A refresh under way is not that one.
        """
        pause = self._pause_s(max(len(self._flushed), self._last_documents))
        if self._refreshing:
            return self._last_took_s + pause
        return self._last_ended + pause - time.monotonic()

    def due(self, documents: int) -> bool:
        """Whether a request with so many documents should bring its own refresh."""
        few = documents <= _MOST_WITH_OWN_REFRESH
        return few and not self._refreshing and self.due_in_s() <= 0

    def flushed(self, received_us: Sequence[int], *, own_refresh_s: float | None) -> None:
        """Documents were acknowledged; received_us: of the events whose lag is of interest.

        own_refresh_s: how long the request took, if it brought its refresh.
        """
        if own_refresh_s is None:
            self._flushed.extend(received_us)
            self._last_flushed = time.monotonic()
            self._dirty.set()
        else:
            self._note_end(own_refresh_s, len(received_us))
            self._searchable(received_us)

    async def run(self) -> None:
        """Refresh whenever something was written."""
        while True:
            await self._dirty.wait()
            await self._until_due()
            self._dirty.clear()
            batch, self._flushed = self._flushed, []
            self._refreshing = True
            try:
                await self._refresh(batch)
            finally:
                self._refreshing = False

    async def _until_due(self) -> None:
        """What is flushed meanwhile moves the refresh away, the end of a flood brings it."""
        remaining_s = self.due_in_s()
        while remaining_s > 0 and not self._is_quiet():
            await asyncio.sleep(min(remaining_s, _LOOK_EVERY_S))
            remaining_s = self.due_in_s()

    def _is_quiet(self) -> bool:
        since = max(self._last_flushed, self._last_ended + self._last_took_s)
        return not self._waiting() and time.monotonic() - since >= _QUIET_AFTER_S

    async def _refresh(self, batch: list[int]) -> None:
        started = time.monotonic()
        try:
            await self._client.transport.perform_request("POST", self._path)
        except OpenSearchException as error:
            if len(self._flushed) + len(batch) <= _MOST_REMEMBERED:
                self._flushed += batch
            self._dirty.set()
            if self.error is None:
                log.warning(
                    "the refresh failed and is tried again",
                    extra={"action": "refresh_failed", "error": type(error).__name__},
                )
            self.error = error.with_traceback(None)  # its frames would keep the batch
            await asyncio.sleep(self._interval_s)
        else:
            self.error = None
            self._note_end(time.monotonic() - started, len(batch))
            self._searchable(batch)

    def _pause_s(self, documents: int) -> float:
        return pause_s(
            last_took_s=self._last_took_s,
            documents=documents,
            waiting=self._waiting(),
            interval_s=self._interval_s,
        )

    def _note_end(self, took_s: float, documents: int) -> None:
        self._last_took_s = took_s
        self._last_documents = documents
        self._last_ended = time.monotonic()
