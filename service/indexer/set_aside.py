"""Chains that the cluster refuses item by item: tried again beside the flow, together, in order.

One user whom the cluster can't take must not hold up the others; many such users must not become
as many requests.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from service.indexer.chain import Chain, coalesce
from service.indexer.retry import Interrupted, Retry

# Past this size they stop the flow: what comes would most likely only join them.
_MOST_BYTES = 64 * 1024 * 1024


class _NothingMoved(Exception):
    """A whole batch was refused once more: again, after a pause."""


class SetAside:
    """Insists on what was refused, for as long as the cluster's state lasts.

    deliver: writes chains and returns those refused again. emptied: called when none is left.
    max_events, max_bytes: of one batch.
    """

    def __init__(
        self,
        deliver: Callable[[Sequence[Chain]], Awaitable[list[Chain]]],
        retry: Retry,
        *,
        max_events: int,
        max_bytes: int,
        emptied: Callable[[], None],
    ) -> None:
        self._deliver = deliver
        self._retry = retry
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._emptied = emptied
        self._chains: deque[Chain] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def add(self, chains: Sequence[Chain]) -> None:
        """Take over refused chains."""
        self._chains.extend(chains)
        self._bytes += sum(map(_weight, chains))
        self._note()

    async def until_room(self) -> None:
        """Return when what is set aside is no longer too much."""
        await self._room.wait()

    async def run(self) -> None:
        """Deliver what is there until the indexer stops."""
        while await self._retry.unless_stopping(self._some.wait()):
            try:
                await self._retry.after(_NothingMoved, self._next_batch)
            except Interrupted:
                return

    async def _next_batch(self) -> None:
        batch = self._take()
        refused = await self._deliver(batch)
        # To the end: others get their turn before these do again.
        self.add(refused)
        if not self._chains:
            self._emptied()
        if len(refused) == len(batch):
            raise _NothingMoved

    def _take(self) -> list[Chain]:
        """The next chains, those of one user as one."""
        taken: list[Chain] = []
        events = room = 0
        while self._chains:
            weight = _weight(self._chains[0])
            events += len(self._chains[0].candidates)
            room += weight
            if taken and (events > self._max_events or room > self._max_bytes):
                break
            taken.append(self._chains.popleft())
            self._bytes -= weight
        self._note()
        return coalesce(candidate for chain in taken for candidate in chain.candidates)

    def _note(self) -> None:
        for event, holds in ((self._some, self._chains), (self._room, self._bytes <= _MOST_BYTES)):
            if holds:
                event.set()
            else:
                event.clear()


def _weight(chain: Chain) -> int:
    return sum(candidate.weight for candidate in chain.candidates)
