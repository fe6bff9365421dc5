"""The indexer behind something that refuses: what it does to the cluster, and to the neighbours."""

import asyncio

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.indexer import window
from tests.faulty_proxy import Answer, FaultyProxy, HangUp, Misbehaviour, RefuseItems, Request
from tests.integration.conftest import Pipeline, sources
from tests.integration.test_indexer import Start, event
from tests.waiting import eventually

REJECTED = {
    "status": 429,
    "error": {"type": "opensearch_rejected_execution_exception", "reason": "rejected"},
}
BLOCKED = {
    "status": 403,
    "error": {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"},
}


async def holds(running: Pipeline, events: int) -> None:
    """Wait until so many events are in the journal."""

    async def so_many() -> bool:
        return running.journal.accounting().journal == events

    await eventually(so_many)


async def test_many_refused_users_do_not_become_as_many_requests(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
) -> None:
    """A blocked index, hours long, with a trickle of events: each claim refused on its own."""
    proxy.break_bulks(RefuseItems(lambda _: True, BLOCKED))
    running = await pipeline(through_proxy, in_flight=2)
    count = 60
    for number in range(count):
        before = proxy.met
        await running.feed([event(f"auth0|{number}", 10)])

        async def refused(before: int = before) -> bool:
            return proxy.met > before

        await eventually(refused)
    assert [trouble.code for trouble in running.indexer.troubles()] == ["cluster_block_exception"]
    proxy.heal()
    await running.drained()
    assert len(await sources(client, names.readers)) == count
    assert proxy.bulks < 10
    assert proxy.most_at_once <= 2
    assert running.indexer.troubles() == []


async def test_the_others_of_a_batch_do_not_wait_for_the_refused(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
) -> None:
    proxy.break_bulks(RefuseItems(lambda user: user == "auth0|3", REJECTED))
    running = await pipeline(through_proxy)
    await running.feed([event(f"auth0|{number}", 10) for number in range(10)])
    await holds(running, 1)
    await running.feed([event(f"auth0|{number}", 20) for number in range(10)])
    await holds(running, 2)
    proxy.heal()
    await running.drained()
    found = await sources(client, names.readers)
    assert {found[user]["event"]["time"][17:19] for user in found} == {"20"}
    assert len(found) == 10


@pytest.mark.parametrize(
    "way",
    [
        Answer(413, b"<html>too large</html>", "text/html"),
        Answer(413, b"<html>too large</html>", "text/html", early=True),
        HangUp(),
        Answer(502, b"<html>upstream gave up</html>", "text/html"),
    ],
    ids=str,
)
async def test_what_is_too_large_for_something_on_the_way_goes_in_parts(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
    way: Misbehaviour,
) -> None:
    def fault(request: Request) -> Misbehaviour | None:
        return way if request.is_bulk and request.size > 100_000 else None

    proxy.fault = fault
    running = await pipeline(through_proxy, retry_max_seconds=0.05)
    await running.feed([event(f"auth0|{n}", 10, name="x" * 10_000) for n in range(100)])
    await running.drained(within=60)
    assert len(await sources(client, names.readers)) == 100
    assert running.journal.accounting().dead_letters == 0
    assert running.indexer.troubles() == []


async def test_one_document_that_never_passes_holds_up_nobody(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
) -> None:
    """A filter on the way takes offence at two users: it is not told apart from an outage."""

    def fault(request: Request) -> Misbehaviour | None:
        offends = request.is_bulk and request.size > 50_000
        return Answer(403, b"<html>Request blocked</html>", "text/html") if offends else None

    proxy.fault = fault
    running = await pipeline(through_proxy, retry_max_seconds=0.2, in_flight=1)
    await running.feed(
        [event(f"auth0|{n}", 10, name="x" * (60_000 if n in (4, 5) else 5)) for n in range(20)]
    )
    await holds(running, 2)
    await running.feed([event(f"auth0|{n}", 10) for n in range(20, 40)])
    await holds(running, 2)
    assert [trouble.code for trouble in running.indexer.troubles()] == ["status_403"]
    proxy.heal()
    await running.drained()
    assert len(await sources(client, names.readers)) == 40
    assert running.journal.accounting().dead_letters == 0


@pytest.mark.parametrize(
    "way", [Answer(503), RefuseItems(lambda _: True, BLOCKED)], ids=["request", "item"]
)
async def test_an_event_that_waits_while_tombstones_are_purged_is_not_sent(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
    way: Misbehaviour,
) -> None:
    """It was claimed before the purge, and would bring a deleted user back after it."""
    purged_us: int | None = None
    proxy.break_bulks(way)
    running = await pipeline(through_proxy, purged_us=lambda: purged_us, retry_max_seconds=0.2)
    await running.feed([event("auth0|old", 10), event("auth0|new", 20)])

    async def waiting() -> bool:
        return proxy.met >= 2

    await eventually(waiting)
    purged_us = 1_772_366_415_000_000  # 2026-03-01T12:00:15Z
    # As housekeeping does: what was sent before the mark moved has arrived when the purge begins.
    await running.indexer.requests_over()
    proxy.heal()
    await running.drained()
    assert set(await sources(client, names.readers)) == {"auth0|new"}
    (letter,) = await running.journal.dead_letters.page(limit=10)
    assert letter.code == "older_than_retention"


async def test_what_was_written_without_an_answer_is_found_soon_all_the_same(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
) -> None:
    """Sent again, it is there already. The index's own refresh would take half a minute."""
    running = await pipeline(through_proxy, retry_max_seconds=0.05)
    await running.feed([event("auth0|0", 10)])
    await running.drained()
    proxy.break_bulks(HangUp(forwarded=True))
    # So many that their request brings no refresh of its own.
    await running.feed([event(f"auth0|{number}", 20) for number in range(20)])

    async def written() -> bool:
        return proxy.met > 0

    await eventually(written)
    proxy.heal()
    await running.drained()
    assert running.journal.accounting().duplicate == 20

    async def found() -> bool:
        return bool((await client.count(index=names.readers))["count"] == 20)

    await eventually(found, within=10)


async def test_after_a_crash_of_its_own_it_begins_again(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
) -> None:
    proxy.break_bulks(Answer(503))
    running = await pipeline(through_proxy, retry_max_seconds=0.2)
    await running.feed([event("auth0|1", 10)])

    async def claimed() -> bool:
        return proxy.met > 0

    await eventually(claimed)
    running.task.cancel()
    await asyncio.wait({running.task})
    proxy.heal()
    running.task = asyncio.create_task(running.indexer.run())
    await running.drained()
    assert set(await sources(client, names.readers)) == {"auth0|1"}


async def test_stopping_leaves_the_refused_in_the_journal(
    through_proxy: AsyncOpenSearch, proxy: FaultyProxy, pipeline: Start
) -> None:
    proxy.break_bulks(RefuseItems(lambda _: True, BLOCKED))
    running = await pipeline(through_proxy)
    await running.feed([event("auth0|1", 10)])

    async def refused() -> bool:
        return proxy.met > 2

    await eventually(refused)
    running.indexer.stop()
    async with asyncio.timeout(2):
        await running.task
    assert running.journal.accounting().journal == 1


async def test_too_much_set_aside_stops_the_flow_until_there_is_room(
    client: AsyncOpenSearch,
    through_proxy: AsyncOpenSearch,
    proxy: FaultyProxy,
    names: IndexNames,
    pipeline: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory is bounded: what can't be written stays in the journal, not in the process."""
    monkeypatch.setattr(window, "_MOST_BYTES", 30_000)
    seen: set[str] = set()

    def refused(user_id: str) -> bool:
        seen.add(user_id)
        return True

    proxy.break_bulks(RefuseItems(refused, BLOCKED))
    running = await pipeline(through_proxy, max_events=5, retry_max_seconds=0.2)
    await running.feed([event(f"auth0|{n}", 10, name="x" * 1_000) for n in range(200)])

    async def tried_often() -> bool:
        return proxy.met > 40

    await eventually(tried_often)
    # 30 kB of documents of 1.3 kB, and what was on its way when the limit was reached.
    assert len(seen) < 60
    proxy.heal()
    await running.drained()
    assert len(await sources(client, names.readers)) == 200


async def test_a_block_on_the_whole_cluster_is_not_taken_for_a_missing_role(
    through_proxy: AsyncOpenSearch, proxy: FaultyProxy, pipeline: Start
) -> None:
    reason = b'{"error": {"type": "cluster_block_exception", "reason": "cluster read-only (api)"}}'
    proxy.fault = lambda request: Answer(403, reason) if request.is_bulk else None
    running = await pipeline(through_proxy, retry_max_seconds=0.05)
    await running.feed([event("auth0|1", 10)])

    async def troubled() -> bool:
        return bool(running.indexer.troubles())

    await eventually(troubled)
    assert [trouble.code for trouble in running.indexer.troubles()] == ["cluster_block_exception"]
    proxy.heal()
    await running.drained()
