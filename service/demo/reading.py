"""Reads the demo's index through OpenSearch's own searches, as any reader would."""

from typing import Any

from opensearchpy import AsyncOpenSearch

from service.demo.checking import Snapshot
from service.index.names import IndexNames

_AT_MOST = 1000  # documents; the story has a few


class IndexReader:
    """One index, through its two aliases. Every call raises opensearch-py's exceptions."""

    def __init__(self, client: AsyncOpenSearch, names: IndexNames) -> None:
        self._client = client
        self._names = names

    async def snapshot(self) -> Snapshot:
        """What searches find now: may lack what is written but not yet refreshed."""
        everything = await self._search(self._names.writers)
        return Snapshot(
            found=await self._search(self._names.readers),
            hidden={key: value for key, value in everything.items() if "deleted_at" in value},
        )

    async def refreshed(self) -> Snapshot:
        """What searches find once everything written is searchable."""
        await self._client.indices.refresh(index=self._names.writers)
        return await self.snapshot()

    async def count(self) -> int:
        """How many users a reader finds once everything written is searchable."""
        await self._client.indices.refresh(index=self._names.writers)
        answer = await self._client.count(index=self._names.readers)
        return int(answer["count"])

    async def forget_deletes_after(self, time: str) -> None:
        """Set `index.gc_deletes`, in OpenSearch's notation, such as `60s`."""
        body = {"index.gc_deletes": time}
        await self._client.indices.put_settings(index=self._names.writers, body=body)

    async def _search(self, alias: str) -> dict[str, dict[str, Any]]:
        answer = await self._client.search(index=alias, body={"size": _AT_MOST})
        return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
