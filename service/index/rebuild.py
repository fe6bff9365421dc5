"""Moves everything to a new index while events are taken and users searched.

    templates ─▶ new index ─▶ copy ─▶ copy what came meanwhile, until that is little
                  ─▶ block writes to the old one ─▶ copy the rest ─▶ count ─▶ switch both aliases

The engine copies: documents with their versions, tombstones too, so that a copy never replaces
anything newer. What was written since a copy began is known by its sequence number. The block is on
for seconds; events wait in the journal meanwhile, as for a full disk. With nobody writing, the new
index is equal to the old one when it holds everything and nothing else. Until the one request that
moves both aliases, readers see the old index, then the new one.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError, OpenSearchException, RequestError

from service.index.advice import with_advice
from service.index.aliases import behind, blocks_on, plan_aliases
from service.index.bootstrap import bootstrap, find_indices
from service.index.copying import Copying, count, delete_surplus, retrying, stop_copying
from service.index.errors import NeedsNewIndex, RebuildFailed
from service.index.names import IndexNames, parts_of
from service.index.reason import named, reason_of
from service.index.unexpected import expecting_opensearch

# Of the present index's settings, what belongs to it alone, to its mapping, or to a moment.
_NOT_TAKEN_OVER: Final = frozenset(
    {
        "analysis",
        "blocks",
        "creation_date",
        "history",
        "provided_name",
        "query",
        "resize",
        "uuid",
        "verified_before_close",
        "version",
    }
)

# So few documents are copied in about a second, and the block is on for no longer than that takes.
_LITTLE: Final = 5_000
_MOST_PASSES: Final = 10

_ROOM_WITHIN: Final = "20s"
_GIVEN_UP_AFTER_S: Final = 60
_READ_FOR_S: Final = 60
_LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class RebuildOptions:
    """shards: of the new index; None for as many as the present one has. rate: documents a second
    to copy at most; None for no limit. discard: begin anew when an earlier one was killed, or still
    runs, for that can't be told.
    """

    shards: int | None = None
    rate: int | None = None
    discard: bool = False


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """old, new: the indices. documents: in each. blocked_s: for so long events waited."""

    old: str
    new: str
    documents: int
    blocked_s: float


class Rebuild:
    """One move.

    say: told each step. copied: told, now and then, how many documents of how many are looked at.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        names: IndexNames,
        options: RebuildOptions,
        *,
        say: Callable[[str], None] = lambda _step: None,
        copied: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> None:
        self._client = client
        self._names = names
        self._options = options
        self._say = say
        self._copied = copied

    @expecting_opensearch
    async def run(self) -> Rebuilt:
        """Do it; what was begun is taken back when it fails or is cancelled before the switch.

        Raises RebuildFailed, a BootstrapError or opensearch-py's exceptions.
        """
        indices = await find_indices(self._client, self._names)
        if plan_aliases(self._names, indices).live is None:
            raise RebuildFailed("there is no index to move: run user-sync bootstrap")
        with suppress(NeedsNewIndex):  # that is what it is made for
            await bootstrap(self._client, self._names, report=lambda change: self._say(str(change)))
        indices = await find_indices(self._client, self._names)
        old = plan_aliases(self._names, indices).live
        if old is None:
            raise RebuildFailed("the index went away meanwhile: run user-sync bootstrap")
        if await self._cleared_away(old, indices):
            indices = await find_indices(self._client, self._names)
        await self._check_writable(old)
        await self._check_version(old)
        new = self._free_name(indices)
        await self._create(new, indices[old]["settings"]["index"])
        try:
            await self._has_room(new)
            blocked_since_s = await self._fill(old, new)
            documents = await self._equal(old, new)
        except BaseException:
            await _to_its_end(self._taken_back(old, new))
            raise
        with suppress(asyncio.CancelledError):  # too late: by then it is done
            await _to_its_end(self._switch(old, new))
        return Rebuilt(old, new, documents, time.monotonic() - blocked_since_s)

    async def _cleared_away(self, old: str, indices: Mapping[str, Any]) -> bool:
        cleared = False
        for index in behind(self._names.next, indices):
            if index == old:
                continue
            if not self._options.discard:
                raise RebuildFailed(
                    f"{index} is being filled by another rebuild, or was by one that was killed "
                    "(writing may be blocked since). If none is running, give --discard"
                )
            self._say(f"{index}, which an earlier rebuild has left, is deleted")
            cleared = await self._taken_back(old, index)
        return cleared

    async def _check_writable(self, old: str) -> None:
        """Somebody else's block would be lifted by us."""
        answer = await self._client.indices.get_settings(index=old, name="index.blocks.*")
        if on := blocks_on(answer.get(old, {})):
            raise RebuildFailed(
                f"the index {old} has a block ({', '.join(on)}): lift it when its cause is gone"
            )

    async def _check_version(self, old: str) -> None:
        """Without a condition on the mark, neither switching nor taking back would be safe."""
        try:
            await self._client.indices.update_aliases(body={"actions": [self._unmarked(old)]})
        except NotFoundError:
            return  # as it should be: the mark isn't there
        except RequestError as error:
            raise RebuildFailed(
                f"this OpenSearch is older than 2.12, which a rebuild needs ({reason_of(error)})"
            ) from error
        raise RebuildFailed(f"the index {old} was marked as one that is being filled: try again")

    def _free_name(self, indices: Mapping[str, Any]) -> str:
        ours = [number for stem, number in map(parts_of, indices) if stem == self._names.name]
        return self._names.numbered(max(ours, default=0) + 1)

    async def _create(self, new: str, present: Mapping[str, Any]) -> None:
        """With the templates' mapping, and the settings that the present index was given."""
        settings = {key: value for key, value in present.items() if key not in _NOT_TAKEN_OVER}
        if settings.get("refresh_interval") == "-1":
            del settings["refresh_interval"]
        if self._options.shards is not None:
            settings["number_of_shards"] = self._options.shards
        if str(settings.get("auto_expand_replicas", "false")) != "false":
            settings.pop("number_of_replicas", None)
        body: dict[str, Any] = {"aliases": {self._names.next: {}}, "settings": {"index": settings}}
        try:
            await self._client.indices.create(
                index=new, body=body, params={"wait_for_active_shards": "0"}
            )
        except RequestError as error:
            raise RebuildFailed(
                f"OpenSearch makes no index {new} with the settings of the present one: "
                f"{reason_of(error)}"
            ) from error
        self._say(f"{new} is made, and filled")

    async def _has_room(self, new: str) -> None:
        # opensearch-py takes a parameter of the name timeout for its own.
        health = await self._client.transport.perform_request(
            "GET",
            f"/_cluster/health/{new}?wait_for_status=yellow&timeout={_ROOM_WITHIN}",
            params={"ignore": (HTTPStatus.REQUEST_TIMEOUT,)},
        )
        if health["timed_out"]:
            raise RebuildFailed(
                f"OpenSearch has no place for {new}: everything has to fit in once more. "
                "GET _cluster/allocation/explain says more"
            )

    async def _fill(self, old: str, new: str) -> float:
        """Copy everything; returns when writing was blocked, by the monotonic clock (s)."""
        copying = Copying(self._client, old, new, rate=self._options.rate, copied=self._copied)
        looked_at, hurry = await copying.go_on(), False
        for _ in range(_MOST_PASSES):
            before, looked_at = looked_at, await copying.go_on(hurry=hurry)
            if looked_at <= _LITTLE:
                break
            hurry = looked_at > before // 2  # more is written than that rate copies
        self._say("Nearly all is copied. Writing stands still for the rest: events wait meanwhile")
        blocked_since_s = time.monotonic()
        await _to_its_end(self._block(old))
        await copying.go_on(hurry=True)
        return blocked_since_s

    async def _block(self, old: str) -> None:
        """It is on when this returns, and no write under way any more.

        Left without its answer it could come on after it was lifted.
        """
        attempts = retrying(within_s=_GIVEN_UP_AFTER_S)
        answer: Mapping[str, Any] = await attempts(
            self._client.transport.perform_request, "PUT", f"/{old}/_block/write"
        )
        if not (answer["acknowledged"] and answer["shards_acknowledged"]):
            raise RebuildFailed(f"OpenSearch can't keep writes from {old} now{_on_shards(answer)}")

    async def _equal(self, old: str, new: str) -> int:
        """How many documents are in both. Everything of the old index is in the new one by now."""
        documents, copies = await count(self._client, old), await count(self._client, new)
        if copies > documents:
            self._say("What was deleted while it was copied is deleted from the copy, too")
            await delete_surplus(self._client, old, new)
            copies = await count(self._client, new)
        if documents != copies:
            raise RebuildFailed(f"{old} holds {documents:,} documents, {new} {copies:,}")
        return documents

    async def _switch(self, old: str, new: str) -> None:
        """All aliases of the old index lead to the new one from then on, whoever made them."""
        actions: list[dict[str, Any]] = []
        try:
            found = await self._client.indices.get_alias(index=old)
            for alias, properties in found[old]["aliases"].items():
                actions += (
                    {"remove": {"index": old, "alias": alias}},
                    {"add": {"index": new, "alias": alias, **properties}},
                )
            actions.append(self._unmarked(new))
            await self._client.indices.update_aliases(body={"actions": actions})
        except OpenSearchException:
            # Without an answer it may have been done, or be done later.
            if await self._taken_back(old, new):
                raise

    async def _taken_back(self, old: str, new: str) -> bool:
        """Whether the new index is gone and the old one written again; False after the switch.

        Whichever comes first, this or the switch, makes the other one impossible. Raises
        RebuildFailed when OpenSearch stays away.
        """
        try:
            return await retrying(within_s=_GIVEN_UP_AFTER_S)(self._take_back, old, new)
        except OpenSearchException as error:
            raise RebuildFailed(
                f"what was begun couldn't be taken back ({named(error)}). When OpenSearch answers "
                f"and the role allows it, run user-sync rebuild --discard: until then {old} may be "
                "blocked, and events wait"
            ) from error

    async def _take_back(self, old: str, new: str) -> bool:
        try:
            await self._client.indices.update_aliases(body={"actions": [self._unmarked(new)]})
        except NotFoundError:
            indices = await find_indices(self._client, self._names)
            if plan_aliases(self._names, indices).live == new:
                return False
            if new not in indices:
                return True  # and whoever deleted it has seen to the block
        unblocked = {"index": {"blocks.write": None}}
        await self._client.indices.put_settings(index=old, body=unblocked)
        await stop_copying(self._client, new)
        await self._client.indices.delete(index=new, params={"ignore_unavailable": "true"})
        return True

    def _unmarked(self, new: str) -> dict[str, Any]:
        return {"remove": {"index": new, "alias": self._names.next, "must_exist": True}}


async def delete_unread(client: AsyncOpenSearch, index: str) -> bool:
    """Delete an index that no alias leads to, when nothing reads it any more.

    A search that has begun would fail. False when an export, say, goes on for a minute: it is kept.
    """
    deadline_s = time.monotonic() + _READ_FOR_S
    while time.monotonic() < deadline_s:
        await asyncio.sleep(_LOOK_S)  # who asked for the alias before the switch may begin only now
        stats = await client.indices.stats(index=index, metric="search")
        search = stats["_all"]["total"].get("search")  # not while no node has a shard of it
        if search and not search["open_contexts"] and not search["query_current"]:
            await client.indices.delete(index=index)
            return True
    return False


def _on_shards(answer: Mapping[str, Any]) -> str:
    """Why a block isn't on everywhere, as the first shard has it; empty when none says so."""
    for index in answer.get("indices", ()):
        for shard in index.get("failed_shards", ()):
            for failure in shard.get("failures", ()):
                return f" ({with_advice(failure.get('reason') or {})})"
    return ""


async def _to_its_end(work: Coroutine[None, None, object]) -> None:
    """Whoever cancels it waits, for done by half it would leave writing blocked; then hears."""
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError
