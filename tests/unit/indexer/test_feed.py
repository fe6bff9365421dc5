"""What is claimed together, and when: a lone event at once, a backlog in large portions."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.indexer.chain import Chain
from service.indexer.feed import Feed
from service.indexer.options import IndexerOptions
from service.indexer.prepare import Preparer
from service.indexer.receiving_first import ReceivingFirst
from service.indexer.retry import Retry
from service.indexer.window import Window
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Disposition, Entry, Outcome, Record, Settlement

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


class Filling:
    """A running feed and its window."""

    def __init__(self, journal: Journal, *, max_events: int, refresh_due_s: float = -1.0) -> None:
        self._stopping = asyncio.Event()
        self.window = Window(max_events=max_events, max_bytes=10_000)
        options = IndexerOptions(max_events=max_events)
        self._feed = Feed(
            journal,
            options,
            Retry(1.0, self._stopping),
            self.window,
            Preparer(options, lambda: NOW_US),
            refresh_due_s=lambda: refresh_due_s,
        )

    async def __aenter__(self) -> Window:
        self._running = asyncio.create_task(self._feed.run())
        return self.window

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        await asyncio.wait_for(self._running, 10)


async def test_a_backlog_is_coalesced_across_claims(journal: Journal) -> None:
    await append(journal, [event(user, second) for second in range(60) for user in range(4)])
    async with Filling(journal, max_events=3) as window, asyncio.timeout(10):
        chains: list[Chain] = []
        while sum(1 + len(chain.superseded) for chain in chains) < 240:
            await window.until_some()
            chains += window.take()
    assert len(chains) < 30


async def test_of_a_backlog_what_was_parsed_is_not_kept(journal: Journal) -> None:
    await append(journal, [event(user, 1) for user in range(4)])
    async with Filling(journal, max_events=2) as window, asyncio.timeout(10):
        chains: list[Chain] = []
        while len(chains) < 4:
            await window.until_some()
            chains += window.take()
    assert [chain.head.event is not None for chain in chains] == [False, False, True, True]


async def test_what_is_left_among_seqs_long_gone_is_not_held_back(journal: Journal) -> None:
    await append(journal, [event(user, 1) for user in range(10)])
    await journal.settle([Settlement(seq, Outcome.APPLIED) for seq in range(2, 11)], [])
    async with Filling(journal, max_events=1) as window, asyncio.timeout(10):
        await window.until_some()
        (chain,) = window.take()
    assert chain.head.seq == 1


async def test_what_is_unusable_is_buried_without_waiting_to_be_sent(journal: Journal) -> None:
    await append(journal, [*(b"%d" % number for number in range(9)), event(1, 1)])
    async with Filling(journal, max_events=2) as window, asyncio.timeout(10):
        await window.until_some()
    books = journal.accounting()
    assert (books.dead_letters, books.journal) == (9, 1)


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

    before_claiming: list[list[int]] = []
    claim = journal.claim

    async def claim_noted(*, after: int, max_events: int, max_bytes: int) -> list[Record]:
        before_claiming.append(list(waits))
        return await claim(after=after, max_events=max_events, max_bytes=max_bytes)

    monkeypatch.setattr(journal, "wait_for_events", wait_for_events)
    monkeypatch.setattr(journal, "claim", claim_noted)
    await append(journal, [event(1, 1)])
    filling = Filling(journal, max_events=10, refresh_due_s=refresh_due_s)
    async with filling as window, asyncio.timeout(10):
        await window.until_some()
    assert before_claiming[0] == waited_for


async def test_nothing_is_claimed_while_a_flood_is_received(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, int]] = []
    pauses_s = [0.01, 0.01, 0.0]

    def pause_s(_: ReceivingFirst, **counts: int) -> float:
        asked.append(counts)
        return pauses_s[len(asked) - 1]

    monkeypatch.setattr(ReceivingFirst, "pause_s", pause_s)
    await append(journal, [event(user, 1) for user in range(4)])
    async with Filling(journal, max_events=4) as window, asyncio.timeout(10):
        await window.until_some()
    assert asked == [{"last_seq": 4, "unclaimed": 4, "journaled": 4}] * 3


async def test_a_flood_does_not_hold_up_a_stop(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    def pause_s(_: ReceivingFirst, **__: int) -> float:
        asked.set()
        return 3_600.0

    monkeypatch.setattr(ReceivingFirst, "pause_s", pause_s)
    await append(journal, [event(1, 1)])
    async with asyncio.timeout(10), Filling(journal, max_events=4):
        await asked.wait()
