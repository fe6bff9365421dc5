"""Looks at the index every few seconds, so that `/healthz` can answer from memory."""

import asyncio

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from service.index.names import IndexNames
from service.observability.health import Check

_EVERY_S = 5.0
_TIMEOUT_S = 3.0
_ADVICE = "check that OpenSearch runs and that USER_SYNC_OPENSEARCH_URL points at it"


class IndexWatch:
    """What OpenSearch said when it was last asked."""

    def __init__(self, client: AsyncOpenSearch, names: IndexNames) -> None:
        self._client = client
        self._names = names
        self._check = Check("opensearch", False, "not asked yet", _ADVICE)

    def check(self) -> Check:
        """Whether the cluster answers and has the writers' alias."""
        return self._check

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            self._check = await self._ask()
            await asyncio.sleep(_EVERY_S)

    async def _ask(self) -> Check:
        try:
            found = await self._client.indices.exists_alias(
                name=self._names.writers, params={"request_timeout": _TIMEOUT_S}
            )
        except OpenSearchException as error:
            return Check("opensearch", False, f"no answer: {type(error).__name__}", _ADVICE)
        if not found:
            return Check(
                "opensearch",
                False,
                f"the alias {self._names.writers} is missing",
                "run user-sync bootstrap, or restore the alias",
            )
        return Check("opensearch", True, "answers")
