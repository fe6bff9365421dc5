"""What is claimed together, and when: a lone event at once, a backlog in large portions."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from service.indexer.feed import Batch, Feed
from service.indexer.options import IndexerOptions
from service.indexer.retry import Retry
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Disposition, Entry

NOW_US = 1_800_000_000_000_000


def event(user: int, second: int) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "type": "user.updated",
            "source": "urn:auth0:example",
            "id": f"evt_{user}_{second}",
            "time": f"2026-03-01T12:00:{second:02}.000Z",
            "data": {"object": {"user_id": f"auth0|{user}"}},
        }
    ).encode()


async def append(journal: Journal, bodies: list[bytes]) -> None:
    await journal.append([Entry(body, "user.updated", Disposition.STORE) for body in bodies])


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    opened = await Journal.open(tmp_path / "journal.db", JournalOptions(), now_us=lambda: NOW_US)
    yield opened
    await opened.close()


def feed(journal: Journal, *, max_events: int, refresh_due_s: float = -1.0) -> Feed:
    return Feed(
        journal,
        IndexerOptions(max_events=max_events),
        Retry(1.0, asyncio.Event()),
        now_us=lambda: NOW_US,
        refresh_due_s=lambda: refresh_due_s,
    )


async def first(made: Feed, number: int) -> list[Batch]:
    taken: list[Batch] = []
    async with asyncio.timeout(10), aclosing(made.batches()) as batches:
        async for batch in batches:
            taken.append(batch)
            if len(taken) == number:
                break
    return taken


async def test_a_backlog_is_coalesced_across_batches(journal: Journal) -> None:
    await append(journal, [event(user, second) for second in range(6) for user in range(4)])
    batches = await first(feed(journal, max_events=3), 2)
    assert [len(batch.chains) for batch in batches] == [3, 1]
    chains = [chain for batch in batches for chain in batch.chains]
    assert sorted(len(chain.candidates) for chain in chains) == [6, 6, 6, 6]


async def test_what_is_unusable_settles_with_the_first_batch(journal: Journal) -> None:
    await append(journal, [event(1, 1), b"{}", event(2, 1)])
    batches = await first(feed(journal, max_events=1), 2)
    assert [(len(batch.chains), len(batch.burials)) for batch in batches] == [(1, 1), (1, 0)]


async def test_what_is_unusable_settles_even_when_nothing_else_is_there(journal: Journal) -> None:
    await append(journal, [b"{}"])
    (batch,) = await first(feed(journal, max_events=1), 1)
    assert (len(batch.chains), len(batch.burials)) == (0, 1)


@pytest.mark.parametrize(
    ("refresh_due_s", "waited_for"),
    [
        pytest.param(-1.0, [0], id="a refresh is due: at once"),
        pytest.param(3_600.0, [0, 9], id="it is far away: a whole batch, if it comes soon"),
    ],
)
async def test_a_claim_waits_for_a_whole_batch_only_where_nobody_waits_for_it(
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    refresh_due_s: float,
    waited_for: list[int],
) -> None:
    waits: list[int] = []

    async def wait_for_events(after: int) -> None:
        waits.append(after)

    monkeypatch.setattr(journal, "wait_for_events", wait_for_events)
    await append(journal, [event(1, 1)])
    await first(feed(journal, max_events=10, refresh_due_s=refresh_due_s), 1)
    assert waits == waited_for
