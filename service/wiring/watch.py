"""Looks at the index every few seconds, so that `/healthz` can answer from memory."""

import asyncio
from collections.abc import Awaitable, Callable

from opensearchpy import AsyncOpenSearch

from service.index.advice import DISCARD, LOG
from service.index.names import IndexNames
from service.index.state import IndexState, index_state
from service.observability.health import Check

_EVERY_S = 5.0
_EVERY_S_IN_TROUBLE = 1.0  # whoever mends something waits for the answer
_TIMEOUT_S = 3.0
_ADVICE_OTHERWISE = "do what it says; the README tells more under OpenSearch's side"


class IndexWatch:
    """What OpenSearch said when it was last asked.

    recovered: called when all is well again, so that nobody waits for a retry, nor reads of a
    trouble that is over. found: told the name and the uuid of the index in use, at every look.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        names: IndexNames,
        *,
        recovered: Callable[[], None] = lambda: None,
        found: Callable[[str, str], Awaitable[None]] | None = None,
    ) -> None:
        self._client = client
        self._names = names
        self._recovered = recovered
        self._found = found
        self._state = IndexState(problem="not asked yet")

    def check(self) -> Check:
        """Whether the cluster answers, and the index can be written and searched."""
        state = self._state
        filling = f"; a rebuild fills {state.filled}" if state.filled else ""
        if state.problem:
            advice = state.advice or _ADVICE_OTHERWISE
            return Check("opensearch", False, state.problem + filling, advice)
        if state.health == "red":
            return Check("opensearch", False, f"the health of {state.live} is red", LOG)
        told = f"{state.live} is {state.health}; users: {state.users}"
        told += f", tombstones: {state.tombstones}{filling}"
        return Check("opensearch", True, told, DISCARD if filling else "")

    async def look(self) -> None:
        """Ask now."""
        before = self.check().ok
        self._state = await index_state(self._client, self._names, timeout_seconds=_TIMEOUT_S)
        if self.check().ok and not before:
            self._recovered()
        live, uuid = self._state.live, self._state.uuid
        if self._found is not None and live is not None and uuid is not None:
            await self._found(live, uuid)

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_S if self.check().ok else _EVERY_S_IN_TROUBLE)
