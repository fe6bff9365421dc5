"""What is claimed and not sent yet: one chain a user, who waits longest first.

Batches leave at the old end while claims come in at the new one. The further the index is behind,
the fuller the window, and the more of what comes meets its user there: who changed often is written
once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from service.indexer.chain import Candidate, Chain

# Of all that is held; some thirty thousand usual events.
_MOST_BYTES = 64 * 1024 * 1024

# Of a backlog, users are held back until there is one for so many events that are to come.
_TO_COME_FOR_EACH = 2

# And no more than so many for each that was taken, so that who is stopped early, again and again,
# got something done each time.
_HELD_FOR_EACH_TAKEN = 2


class Window:
    """Filled at one end, emptied at the other by whoever sends.

    max_events, max_bytes: events of one batch, and their size; a larger one goes alone.
    """

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._by_user: OrderedDict[str, Chain] = OrderedDict()
        self._bytes = 0
        self._wanted = 0
        self._taken = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take."""
        return not self._by_user

    def add(self, candidates: Iterable[Candidate], *, behind: int) -> None:
        """Put in what a claim brought. behind: events in the journal after it."""
        self._wanted = 0
        if behind >= self._max_events:
            self._wanted = min(behind // _TO_COME_FOR_EACH, self._taken * _HELD_FOR_EACH_TAKEN)
        self.put(map(Chain, candidates))

    def put(self, chains: Iterable[Chain]) -> None:
        """Put in chains, of which a user's become one."""
        for chain in chains:
            held = self._by_user.setdefault(chain.user, chain)
            if held is chain:
                self._bytes += chain.weight
            else:
                self._bytes -= held.weight
                held.join(chain)
                self._bytes += held.weight
        self._note()

    def withdraw(self, user: str) -> Chain | None:
        """Take out one user's chain, if there is one."""
        chain = self._by_user.pop(user, None)
        if chain is not None:
            self._bytes -= chain.weight
            self._note()
        return chain

    async def until_some(self) -> None:
        """Return when there is something to take."""
        await self._some.wait()

    async def until_room(self) -> None:
        """Return when more should be claimed."""
        await self._room.wait()

    def take(self) -> list[Chain]:
        """The next batch; empty when there is nothing."""
        chains: list[Chain] = []
        size = 0
        while self._by_user and len(chains) < self._max_events:
            user, chain = self._by_user.popitem(last=False)
            size += len(chain.head.body)
            if chains and size > self._max_bytes:
                self._by_user[user] = chain
                self._by_user.move_to_end(user, last=False)
                break
            chains.append(chain)
            self._bytes -= chain.weight
        self._taken += len(chains)
        self._note()
        return chains

    def _note(self) -> None:
        room = self._bytes < _MOST_BYTES
        held = len(self._by_user)
        some = held > 0 and (held >= self._wanted or not room)
        for event, holds in ((self._some, some), (self._room, room)):
            if holds:
                event.set()
            else:
                event.clear()
