"""Copies the documents of one index into another by the engine itself, versions and all.

Again and again: each time what was written since the last one began. A copy replaces only what is
older, so that nothing goes wrong when one is done twice, or two at once.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError
from opensearchpy.helpers import async_scan
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay
from tenacity.wait import wait_random_exponential

from service.index.advice import ROLE, with_advice
from service.index.errors import RebuildFailed
from service.index.reason import SECURITY, is_passing
from service.index.unexpected import NoResult, counted

# The engine holds one batch, parsed: in memory that is several times what it is on disk.
_BATCH_BYTES: Final = 2 * 1024 * 1024
_MOST_AT_ONCE: Final = 1_000

_FIRST_LOOK_S: Final = 0.05
_LOOK_S: Final = 1.0
_LOST_AFTER_S: Final = 60
_REINDEX: Final = "indices:data/write/reindex"


class Copying:
    """From one index to another.

    rate: documents a second at most, while others write; None for no limit.
    copied: told how many documents of how many are looked at.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        old: str,
        new: str,
        *,
        rate: int | None = None,
        copied: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> None:
        self._client = client
        self._old = old
        self._new = new
        self._rate = rate
        self._copied = copied
        self._since = -1

    async def go_on(self, *, hurry: bool = False) -> int:
        """Copy what was written since the last time began; returns how many documents that were.

        hurry: at any rate. Raises RebuildFailed for what can't be copied, and opensearch-py's
        exceptions.
        """
        stats = await self._client.indices.stats(
            index=self._old, metric="docs,store", params={"level": "shards"}
        )
        found = stats["indices"].get(self._old)
        if found is None:  # told of an index that has a shard somewhere
            raise RebuildFailed(
                f"no node has the shards of {self._old} now: run it again when the index is yellow "
                "or green"
            )
        reached = _checkpoint(found)
        # Whatever is below the checkpoint is found after this; the rest is copied again next time.
        await self._client.indices.refresh(index=f"{self._old},{self._new}")
        body = {
            "conflicts": "proceed",
            "source": {
                "index": self._old,
                "size": _batch(found["primaries"]),
                "query": {"range": {"_seq_no": {"gt": self._since}}},
            },
            "dest": {"index": self._new, "version_type": "external"},
        }
        looked_at = await self._copy(body, None if hurry else self._rate)
        self._since = reached
        return looked_at

    async def _copy(self, body: Mapping[str, Any], rate: int | None) -> int:
        params = {"wait_for_completion": "false", "refresh": "true", "slices": "auto"}
        if rate is not None:
            params["requests_per_second"] = str(rate)
        started = await self._client.reindex(body=body, params=params)
        look_s = _FIRST_LOOK_S
        while not (task := await self._look(started["task"]))["completed"]:
            status = task["task"]["status"]
            done = status["created"] + status["updated"] + status["version_conflicts"]
            self._copied(done, status["total"])
            await asyncio.sleep(look_s)
            look_s = min(_LOOK_S, look_s * 2)
        if error := task.get("error"):
            raise RebuildFailed(f"OpenSearch stopped copying: {with_advice(error)}")
        answer = task["response"]
        if answer.get("canceled"):
            raise RebuildFailed(f"somebody cancelled the copying: {answer['canceled']}")
        if failures := answer["failures"]:
            raise RebuildFailed(_told(failures))
        return int(answer["total"])

    async def _look(self, task: str) -> Mapping[str, Any]:
        """How far it is. A cluster that is away for a moment goes on copying."""
        async for attempt in retrying(within_s=_LOST_AFTER_S):
            with attempt:
                try:
                    found: Mapping[str, Any] = await self._client.tasks.get(task_id=task)
                except NotFoundError as error:
                    raise RebuildFailed(
                        "the node that copied went away, and nothing was moved: run it again"
                    ) from error
        return found


def retrying(*, within_s: float) -> AsyncRetrying:
    """Attempts until one succeeds, or fails for what doesn't pass: no answer and 5XX may."""
    return AsyncRetrying(
        stop=stop_after_delay(within_s),
        wait=wait_random_exponential(multiplier=0.1, max=_LOOK_S),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )


async def stop_copying(client: AsyncOpenSearch, new: str) -> None:
    """End every copying into an index, whoever began it, and wait for its end."""
    answer = await client.tasks.list(params={"actions": _REINDEX, "detailed": "true"})
    for node in answer["nodes"].values():
        for task, found in node["tasks"].items():
            if found["description"].endswith(f" to [{new}]"):
                await client.tasks.cancel(task_id=task, params={"wait_for_completion": "true"})


async def count(client: AsyncOpenSearch, index: str) -> int:
    """Documents as of the last refresh. Raises NoResult unless every shard answers."""
    return counted(await client.count(index=index))


async def delete_surplus(client: AsyncOpenSearch, old: str, new: str) -> None:
    """Delete from the new index what the old one doesn't hold. Nobody else may write to either."""
    ids: list[str] = []
    async for hit in async_scan(
        client, index=new, query={"_source": False}, size=_MOST_AT_ONCE, scroll="5m"
    ):
        ids.append(hit["_id"])
        if len(ids) == _MOST_AT_ONCE:
            await _delete_missing(client, old, new, ids)
            ids = []
    if ids:
        await _delete_missing(client, old, new, ids)
    await client.indices.refresh(index=new)


async def _delete_missing(client: AsyncOpenSearch, old: str, new: str, ids: list[str]) -> None:
    answer = await client.mget(index=old, body={"ids": ids}, params={"_source": "false"})
    missing = []
    for document in answer["docs"]:
        if "error" in document:
            raise NoResult(f"can't read a document ({document['error']['type']})")
        if not document["found"]:
            missing.append(document["_id"])
    if missing:
        await client.delete_by_query(index=new, body={"query": {"ids": {"values": missing}}})


def _checkpoint(found: Mapping[str, Any]) -> int:
    """Every write up to this sequence number is done, and will not be taken back."""
    return min(
        int(copy["seq_no"]["global_checkpoint"])
        for copies in found["shards"].values()
        for copy in copies
    )


def _batch(primaries: Mapping[str, Any]) -> int:
    """Documents, so that one batch fits into the engine's memory."""
    documents = max(1, int(primaries["docs"]["count"]))
    each = max(1, int(primaries["store"]["size_in_bytes"]) // documents)
    return max(10, min(_MOST_AT_ONCE, _BATCH_BYTES // each))


def _told(failures: list[Any]) -> str:
    """Of the first one. Which document it is, isn't: a user id can hold an address."""
    failure = failures[0]
    cause = failure.get("cause") or failure.get("reason") or {}
    inner = cause.get("caused_by") or {}
    told = f"{len(failures)} document(s) or more can't be copied: {cause.get('type')}"
    if inner:
        told += f": {inner.get('type', '')}"
    return f"{told}; {ROLE}" if cause.get("type") == SECURITY else told
