"""Chains that the cluster refuses item by item: tried again beside the flow, together, in order.

One user whom the cluster can't take must not hold up the others; many such users must not become
as many requests.
"""

from collections.abc import Awaitable, Callable, Sequence

from service.indexer.chain import Chain
from service.indexer.retry import Interrupted, Retry
from service.indexer.window import Window


class _NothingMoved(Exception):
    """A whole batch was refused once more: again, after a pause."""


class SetAside:
    """Insists on what was refused, for as long as the cluster's state lasts.

    deliver: writes chains and returns those refused again. emptied: called when none is left.
    max_events, max_bytes: documents of one batch, and their size.
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
        self._emptied = emptied
        self._window = Window(max_events=max_events, max_bytes=max_bytes)
        self._under_way: dict[str, Chain] = {}

    def add(self, chains: Sequence[Chain]) -> None:
        """Take over refused chains."""
        self._window.put(chains)

    def hand_over(self, chains: Sequence[Chain]) -> None:
        """Join what waits here to chains about to be sent that hold newer events of its users.

        Else an older state, written once the cluster takes it, could come after a deletion that
        OpenSearch has forgotten by then.
        """
        for chain in chains:
            waiting = (self._window.withdraw(chain.user), self._under_way.pop(chain.user, None))
            for older in filter(None, waiting):
                chain.join(older)

    async def until_room(self) -> None:
        """Return when what is set aside is no longer too much: what comes would only join it."""
        await self._window.until_room()

    async def run(self) -> None:
        """Deliver what is there until the indexer stops."""
        while await self._retry.unless_stopping(self._window.until_some()):
            try:
                await self._retry.after(_NothingMoved, self._next_batch)
            except Interrupted:
                return

    async def _next_batch(self) -> None:
        if self._window.is_empty:  # what waited went with what is newer
            self._emptied()
            return
        batch = self._window.take()
        self._under_way = {chain.user: chain for chain in batch}
        refused = await self._deliver(batch)
        # To the end: others get their turn before these do again.
        self.add([chain for chain in refused if chain.user in self._under_way])
        self._under_way = {}
        if self._window.is_empty:
            self._emptied()
        elif len(refused) == len(batch):
            raise _NothingMoved
