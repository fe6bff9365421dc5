"""An index of its own for each test, and the path from journal to index in one call."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch

from service.clock import clock_us
from service.engine.node import Node
from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.indexer.indexer import Indexer
from service.indexer.options import IndexerOptions
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Disposition, Entry
from service.observability.metrics import Metrics
from tests.faulty_proxy import FaultyProxy
from tests.waiting import eventually


@pytest.fixture
async def client(engine: Node) -> AsyncIterator[AsyncOpenSearch]:
    opensearch = connect(OpenSearchOptions(url=engine.url))
    yield opensearch
    await opensearch.close()


@pytest.fixture
async def through_proxy(proxy: FaultyProxy) -> AsyncIterator[AsyncOpenSearch]:
    opensearch = connect(OpenSearchOptions(url=proxy.url))
    yield opensearch
    await opensearch.close()


@pytest.fixture
async def names(client: AsyncOpenSearch) -> AsyncIterator[IndexNames]:
    """A bootstrapped index under a name of its own, removed afterwards."""
    own = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    await bootstrap(client, own)
    yield own
    await client.indices.delete(index=own.pattern, ignore_unavailable=True)
    await client.indices.delete_index_template(name=own.template, params={"ignore": 404})
    await client.cluster.delete_component_template(name=own.component("*"), params={"ignore": 404})


@pytest.fixture
async def fresh(client: AsyncOpenSearch) -> AsyncIterator[IndexNames]:
    """A name of which nothing exists yet; whatever a test leaves under it is removed."""
    names = IndexNames(f"t-{uuid.uuid4().hex[:12]}")
    yield names
    everything = {"expand_wildcards": "all", "ignore": 404}
    await client.indices.delete(index=f"{names.name}*", params=everything)
    await client.indices.delete_index_template(name=f"{names.name}*", params={"ignore": 404})
    await client.cluster.delete_component_template(name=f"{names.name}*", params={"ignore": 404})


def entry(body: bytes, type_: str = "user.updated") -> Entry:
    return Entry(body=body, type=type_, disposition=Disposition.STORE)


class Pipeline:
    """A journal and an indexer over it."""

    def __init__(self, journal: Journal, indexer: Indexer) -> None:
        self.journal = journal
        self.indexer = indexer
        self.task = asyncio.create_task(indexer.run())

    async def feed(self, bodies: Sequence[bytes]) -> None:
        """Journal the bodies in one append."""
        await self.journal.append([entry(body) for body in bodies])

    async def drained(self, *, within: float = 30.0) -> None:
        """Wait until every event has left the journal."""

        async def empty() -> bool:
            return self.journal.accounting().journal == 0

        await eventually(empty, within=within)


@pytest.fixture
async def pipeline(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Pipeline]]]:
    """Starts pipelines: `await pipeline(max_events=3)`; options are IndexerOptions' fields."""
    running: list[Pipeline] = []
    bootstrapped = names

    async def start(
        opensearch: AsyncOpenSearch = client,
        names: IndexNames = bootstrapped,
        purged_us: Callable[[], int | None] = lambda: None,
        **options: Any,
    ) -> Pipeline:
        path = tmp_path / f"journal-{len(running)}.db"
        journal = await Journal.open(path, JournalOptions(), now_us=clock_us)
        indexer = Indexer(
            journal,
            opensearch,
            names,
            IndexerOptions(**options),
            Metrics(),
            now_us=clock_us,
            purged_us=purged_us,
        )
        running.append(Pipeline(journal, indexer))
        return running[-1]

    yield start
    for made in running:
        made.indexer.stop()
        async with asyncio.timeout(10):
            await made.task
        await made.journal.close()


async def sources(client: AsyncOpenSearch, index: str) -> dict[str, dict[str, Any]]:
    """Every document of an index or alias by its id, after a refresh."""
    await client.indices.refresh(index=index)
    found: dict[str, dict[str, Any]] = {}
    answer = await client.search(
        index=index, body={"size": 1000, "query": {"match_all": {}}, "version": True}
    )
    for hit in answer["hits"]["hits"]:
        found[hit["_id"]] = {**hit["_source"], "_version": hit["_version"]}
    return found
