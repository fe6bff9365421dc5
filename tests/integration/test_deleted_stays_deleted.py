"""Deleted stays deleted, also when OpenSearch has forgotten the deletion's version.

It forgets a real delete's after `index.gc_deletes`, and with a restart whatever that is; never a
document's, and a tombstone is one. The same events in `delete` mode show what would happen.
"""

import asyncio
import uuid
from collections.abc import Callable

from opensearchpy import AsyncOpenSearch

from service.documents.document import DeletionMode
from service.engine import Node
from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from tests.integration.conftest import Pipeline, sources
from tests.integration.test_indexer import Start, event
from tests.waiting import eventually

CREATED, UPDATED_LATE, DELETED = 10, 20, 30
USERS = [f"auth0|{number}" for number in range(20)]


class Copy:
    """One index of the same users, in one of the two deletion modes."""

    def __init__(self, client: AsyncOpenSearch, mode: DeletionMode) -> None:
        self.names = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
        self._client = client
        self._mode = mode
        self._late = 0

    async def open(self, pipeline: Start, *, gc_deletes: str) -> None:
        """Bootstrap it, and start the path to it."""
        await bootstrap(self._client, self.names)
        await self._client.indices.put_settings(
            index=self.names.first, body={"index.gc_deletes": gc_deletes}
        )
        self._running: Pipeline = await pipeline(self._client, self.names, deletion_mode=self._mode)

    async def create_and_delete(self) -> None:
        """In two batches: in one the deletion would supersede the creation."""
        await self._feed([event(user, CREATED) for user in USERS])
        assert await self.users() == set(USERS)
        await self._feed([event(user, DELETED, type_="user.deleted") for user in USERS])
        assert await self.users() == set()

    async def update_late(self) -> None:
        """Updates from before the deletion arrive, each time as events of their own."""
        self._late += 1
        await self._feed(
            [event(user, UPDATED_LATE, event_id=f"evt_{user}_{self._late}") for user in USERS]
        )

    async def users(self) -> set[str]:
        """Whom readers find."""
        return set(await sources(self._client, self.names.readers))

    async def remove(self) -> None:
        """Leave nothing in the engine."""
        await self._client.indices.delete(index=self.names.pattern, ignore_unavailable=True)
        await self._client.indices.delete_index_template(name=self.names.template)
        await self._client.cluster.delete_component_template(name=self.names.component("*"))

    async def _feed(self, bodies: list[bytes]) -> None:
        await self._running.feed(bodies)
        await self._running.drained()


def copies(client: AsyncOpenSearch) -> tuple[Copy, Copy]:
    return Copy(client, DeletionMode.TOMBSTONE), Copy(client, DeletionMode.DELETE)


async def test_after_gc_deletes(client: AsyncOpenSearch, pipeline: Start) -> None:
    tombstones, deletes = copies(client)
    for copy in (tombstones, deletes):
        await copy.open(pipeline, gc_deletes="1s")
        await copy.create_and_delete()

    async def brought_back() -> bool:
        await tombstones.update_late()
        await deletes.update_late()
        return await deletes.users() == set(USERS)

    await eventually(brought_back)
    await tombstones.update_late()
    assert await tombstones.users() == set()
    for copy in (tombstones, deletes):
        await copy.remove()


async def test_after_a_restart_of_the_engine(
    own_engine: Callable[..., Node], pipeline: Start
) -> None:
    node = await asyncio.to_thread(own_engine)
    client = connect(OpenSearchOptions(url=node.url))
    tombstones, deletes = copies(client)
    for copy in (tombstones, deletes):
        await copy.open(pipeline, gc_deletes="1d")
        await copy.create_and_delete()
        await copy.update_late()
        assert await copy.users() == set()  # not forgotten yet in either mode
        await client.indices.flush(index=copy.names.first)
    await asyncio.to_thread(node.restart)
    for copy in (tombstones, deletes):
        await copy.update_late()
    assert await deletes.users() == set(USERS)
    assert await tombstones.users() == set()
    await client.close()
