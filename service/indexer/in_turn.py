"""A user's chains one after the other, where deletions are forgotten.

A request that waits for the cluster can be sent minutes after one with newer events of its users,
on another lane. Against a tombstone its older state is stale, however late it comes. A real
deletion OpenSearch forgets after a while: then the older state would bring the user back.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from service.indexer.chain import Chain


class InTurn:
    """Whoever shares it delivers no chain of a user while another one is under way.

    deliver: writes chains and returns those that are refused for now. put_back: takes chains whose
    turn has come; one for each user at most was held here.
    """

    def __init__(
        self,
        deliver: Callable[[Sequence[Chain]], Awaitable[list[Chain]]],
        put_back: Callable[[Iterable[Chain]], None],
    ) -> None:
        self._deliver = deliver
        self._put_back = put_back
        self._behind: dict[str, Chain | None] = {}
        """By users of whom a chain is under way: what waits behind it."""

    async def deliver(self, chains: Sequence[Chain]) -> list[Chain]:
        """Deliver those whose turn it is; the others are put back once it is."""
        begun = [chain for chain in chains if self._begins(chain)]
        refused = await self._deliver(begun) if begun else []
        behind = [self._behind.pop(chain.user) for chain in begun]
        self._put_back(chain for chain in behind if chain is not None)
        return refused

    def _begins(self, chain: Chain) -> bool:
        if chain.user not in self._behind:
            self._behind[chain.user] = None
            return True
        if (held := self._behind[chain.user]) is not None:
            chain.join(held)
        self._behind[chain.user] = chain
        return False
