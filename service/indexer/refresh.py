"""Makes what was written searchable soon: a refresh after a flush, paced by what it costs.

A lone event is searchable within tens of milliseconds. The more was written since the last
refresh, the longer the pause, up to the interval: a flood keeps its throughput.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

log = logging.getLogger(__name__)

# Each written document defers the next refresh by this much, so that refreshing takes a bounded
# share of the engine's time at every rate.
_PAUSE_PER_DOCUMENT_S = 0.002


class Refresher:
    """Asks for refreshes; run() until cancelled.

    interval_s: the longest pause between two refreshes. searchable: called with the receipt times
    (µs since the epoch) of events that a refresh just made searchable.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        alias: str,
        *,
        interval_s: float,
        searchable: Callable[[list[int]], None],
    ) -> None:
        self._client = client
        self._path = f"/{alias}/_refresh"
        self._interval_s = interval_s
        self._searchable = searchable
        self._flushed: list[int] = []
        self._dirty = asyncio.Event()
        self._last_took_s = 0.0

    def flushed(self, received_us: list[int]) -> None:
        """Documents were acknowledged; received_us: of the events whose lag is of interest."""
        self._flushed.extend(received_us)
        self._dirty.set()

    async def run(self) -> None:
        """Refresh whenever something was written."""
        ended = -self._interval_s
        while True:
            await self._dirty.wait()
            await self._pause(ended)
            self._dirty.clear()
            batch, self._flushed = self._flushed, []
            started = time.monotonic()
            try:
                await self._client.transport.perform_request("POST", self._path)
            except OpenSearchException as error:
                # The index's own refresh interval still makes the events searchable.
                log.warning(
                    "the refresh failed",
                    extra={"action": "refresh_failed", "error": type(error).__name__},
                )
            else:
                self._searchable(batch)
            ended = time.monotonic()
            self._last_took_s = ended - started

    async def _pause(self, last_ended: float) -> None:
        """Wait until a refresh is due; what is flushed meanwhile moves it towards the interval."""
        while True:
            cost = self._last_took_s + len(self._flushed) * _PAUSE_PER_DOCUMENT_S
            remaining = last_ended + min(self._interval_s, cost) - time.monotonic()
            if remaining <= 0:
                return
            await asyncio.sleep(remaining)
