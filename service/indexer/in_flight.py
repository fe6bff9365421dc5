"""How many `_bulk` requests are under way, and when those of a moment are over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class InFlight:
    """Bounds requests to `most` at once, whoever sends them: a cluster in trouble gets no more."""

    def __init__(self, most: int) -> None:
        self._room = asyncio.Semaphore(most)
        self._under_way: set[asyncio.Event] = set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """`async with in_flight.one(): …` waits for its turn; inside, the request is under way."""
        async with self._room:
            over = asyncio.Event()
            self._under_way.add(over)
            try:
                yield
            finally:
                self._under_way.discard(over)
                over.set()

    async def over(self) -> None:
        """Return when every request that is under way now is answered or given up."""
        for request in tuple(self._under_way):
            await request.wait()
