"""A copy whose source has no shard at the moment."""

from typing import Any, cast

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.copying import Copying
from service.index.errors import RebuildFailed


async def test_an_index_without_shards_is_told_as_that() -> None:
    """As OpenSearch tells of one whose nodes are away, or have only just come back."""

    class Indices:
        async def stats(self, **_: Any) -> Any:
            return {"_shards": {"total": 2, "successful": 0, "failed": 0}, "indices": {}}

    client = cast(AsyncOpenSearch, type("Client", (), {"indices": Indices()})())
    with pytest.raises(RebuildFailed, match="no node has the shards of users-000001 now"):
        await Copying(client, "users-000001", "users-000002").go_on()
