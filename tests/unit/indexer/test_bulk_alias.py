"""Before deletions are sent, the writers' alias is looked for, and no other index with it."""

from typing import Any, cast

import pytest
from opensearchpy import AsyncOpenSearch

from service.documents.document import Document
from service.indexer.bulk import BulkWriter, ClusterUnavailable
from service.indexer.in_flight import InFlight


class Indices:
    """The part of the client that is asked; the role may look at the service's own names alone."""

    def __init__(self, found: bool) -> None:
        self._found = found
        self.asked: list[dict[str, Any]] = []

    async def exists_alias(self, **named: Any) -> bool:
        """Whether it is there."""
        self.asked.append(named)
        return self._found


async def test_the_alias_is_asked_for_where_the_role_may_look() -> None:
    indices = Indices(found=False)
    client = cast(AsyncOpenSearch, type("Client", (), {"indices": indices})())
    writer = BulkWriter(client, "users-write", InFlight(1), shard_wait_s=1)
    with pytest.raises(ClusterUnavailable) as caught:
        await writer.send([Document(id="auth0|1", version=1, source=None)])
    assert caught.value.code == "alias_missing"
    assert indices.asked == [{"index": "users-write", "name": "users-write"}]
