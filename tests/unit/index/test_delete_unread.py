"""The old index goes when nothing reads it any more, as far as OpenSearch tells."""

from typing import Any, cast

import pytest
from opensearchpy import AsyncOpenSearch

from service.index import rebuild


async def test_an_index_without_shards_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "_LOOK_S", 0)
    unread = {"search": {"open_contexts": 0, "query_current": 0}}
    told = [{}, unread]
    deleted: list[str] = []

    class Indices:
        async def stats(self, **_: Any) -> Any:
            return {"_all": {"total": told.pop(0)}}

        async def delete(self, index: str) -> None:
            deleted.append(index)

    client = cast(AsyncOpenSearch, type("Client", (), {"indices": Indices()})())
    assert await rebuild.delete_unread(client, "users-000001")
    assert (told, deleted) == ([], ["users-000001"])
