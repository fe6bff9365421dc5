"""Removes tombstones that are older than their retention; remembers how far before it does.

The version of a purged tombstone is forgotten: an event older than it would bring its user back.
So the newest event time among them is handed to `remember`, durable, before the first one goes, and
never is a tombstone purged that is newer than what was remembered.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from service.events.timestamp import format_us
from service.index.aliases import IS_TOMBSTONE
from service.index.names import IndexNames
from service.index.unexpected import expecting_opensearch

# A request stays within the client's time-out, and what it did is kept when a later one fails.
_MOST_AT_ONCE: Final = 5_000


@expecting_opensearch
async def purge_tombstones(
    client: AsyncOpenSearch,
    names: IndexNames,
    *,
    older_than_us: int,
    remember: Callable[[int], Awaitable[None]],
) -> int:
    """Purge the tombstones that were indexed before `older_than_us`; return how many.

    older_than_us: µs since the epoch, of our clock. remember: awaited with the newest event time
    (µs) among them before anything is removed; not called when there is nothing to do.
    Raises opensearch-py's exceptions; what was purged by then stays remembered.
    """
    # A tombstone that a refresh makes visible later must not be missed by the first search.
    await client.indices.refresh(index=names.writers)
    newest_us = await _newest_event(client, names, older_than_us)
    if newest_us is None:
        return 0
    await remember(newest_us)
    query = _expired(older_than_us)
    query["bool"]["filter"].append({"range": {"event.time": {"lte": format_us(newest_us)}}})
    purged = 0
    while True:
        # By sequence number: a tombstone that a newer event replaces meanwhile stays.
        answer = await client.delete_by_query(
            index=names.writers,
            body={"query": query},
            params={
                "conflicts": "proceed",
                "refresh": "true",
                "max_docs": _MOST_AT_ONCE,
                "scroll_size": 1_000,
            },
        )
        purged += int(answer["deleted"])
        if answer["total"] < _MOST_AT_ONCE or not answer["deleted"]:
            return purged


async def _newest_event(
    client: AsyncOpenSearch, names: IndexNames, older_than_us: int
) -> int | None:
    """Event time of the newest expired tombstone, µs; None when none is expired."""
    answer = await client.search(
        index=names.writers,
        body={
            "query": _expired(older_than_us),
            "sort": [{"event.time": "desc"}],
            "size": 1,
            "_source": False,
        },
    )
    hits = answer["hits"]["hits"]
    # As OpenSearch read it, in ns, whoever wrote it in whatever form; rounded up, to cover it.
    return -(-int(hits[0]["sort"][0]) // 1000) if hits else None


def _expired(older_than_us: int) -> dict[str, Any]:
    return {
        "bool": {
            "filter": [
                IS_TOMBSTONE,
                # What another writer dated years ahead would, once remembered, make every event
                # until then a dead letter.
                {"range": {"event.time": {"lt": format_us(older_than_us)}}},
                {"range": {"indexed_at": {"lt": format_us(older_than_us)}}},
            ]
        }
    }
