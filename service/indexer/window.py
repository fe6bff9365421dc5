"""What is claimed and not sent yet: one chain a user, who waits longest first.

Batches leave at the old end while claims come in at the new one. The further the index is behind,
the fuller the window, and the more of what comes meets its user there: who changed often is written
once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from service.indexer.chain import Candidate, Chain, chain_of
from service.indexer.prepare import Prepared
from service.journal.records import Burial

# Of all that is held; some twenty thousand usual profiles.
_MOST_BYTES = 64 * 1024 * 1024

# Of a backlog, documents are held back until there is one for so many events that are to come.
_TO_COME_FOR_EACH = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into one request. burials: events found unusable; they settle with it."""

    chains: Sequence[Chain]
    burials: Sequence[Burial]


class Window:
    """Filled by the feed, emptied by whoever sends.

    max_events, max_bytes: documents of one batch, and their size; a larger one goes alone.
    """

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._by_user: OrderedDict[str, list[Candidate]] = OrderedDict()
        self._burials: list[Burial] = []
        self._bytes = 0
        self._wanted = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def add(self, prepared: Prepared, *, behind: int) -> None:
        """Put in what a claim brought. behind: events in the journal after it."""
        for candidate in prepared.candidates:
            self._by_user.setdefault(candidate.document.id, []).append(candidate)
            self._bytes += candidate.weight
        self._burials += prepared.burials
        self._wanted = behind // _TO_COME_FOR_EACH if behind >= self._max_events else 0
        self._note()

    async def until_some(self) -> None:
        """Return when there is something to take."""
        await self._some.wait()

    async def until_room(self) -> None:
        """Return when more should be claimed."""
        await self._room.wait()

    def take(self) -> Batch:
        """The next batch; an empty one when there is nothing."""
        chains: list[Chain] = []
        size = 0
        while self._by_user and len(chains) < self._max_events:
            user, candidates = self._by_user.popitem(last=False)
            chain = chain_of(candidates)
            size += len(chain.head.document.source or b"")
            if chains and size > self._max_bytes:
                self._by_user[user] = candidates
                self._by_user.move_to_end(user, last=False)
                break
            chains.append(chain)
            self._bytes -= sum(candidate.weight for candidate in candidates)
        burials, self._burials = self._burials, []
        self._note()
        return Batch(chains, burials)

    def _note(self) -> None:
        room = self._bytes < _MOST_BYTES
        held = len(self._by_user)
        much = held >= self._wanted or len(self._burials) >= self._max_events or not room
        some = much and (held or self._burials)
        for event, holds in ((self._some, some), (self._room, room)):
            if holds:
                event.set()
            else:
                event.clear()
