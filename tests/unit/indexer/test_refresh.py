"""When a refresh is due: soon for a lone event, rarely in a flood, rarer the further behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import TransportError

from service.indexer.refresh import Refresher, pause_s


class Transport:
    """Counts the requests for a refresh; the first `failures` of them fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.failures = 0
        self.changed = asyncio.Condition()

    async def perform_request(self, method: str, path: str) -> Any:
        """A refresh that takes no time."""
        assert (method, path) == ("POST", "/users-write/_refresh")
        async with self.changed:
            self.asked += 1
            self.changed.notify_all()
        if self.asked <= self.failures:
            raise TransportError(503, "unavailable")

    async def asked_times(self, number: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: self.asked >= number)


class Client:
    """The part of the client that a refresher uses."""

    def __init__(self) -> None:
        self.transport = Transport()


class Bench:
    """A refresher at work."""

    def __init__(self, interval_s: float) -> None:
        self.client = Client()
        self.searchable: list[int] = []
        self.refresher = Refresher(
            cast(AsyncOpenSearch, self.client),
            "users-write",
            interval_s=interval_s,
            waiting=lambda: 0,
            searchable=self._note,
        )
        self.task = asyncio.create_task(self.refresher.run())

    def _note(self, received_us: Sequence[int]) -> None:
        self.searchable += received_us


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench(interval_s=60)
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


async def test_what_an_earlier_run_left_is_refreshed_at_the_start(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)


async def test_what_was_flushed_is_refreshed_and_told(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    bench.refresher.flushed([1, 2], own_refresh_s=None)
    await bench.client.transport.asked_times(2)
    assert bench.searchable == [1, 2]


async def test_a_lone_event_brings_its_own_refresh(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    assert bench.refresher.due(1)
    bench.refresher.flushed([7], own_refresh_s=0.01)
    assert bench.searchable == [7]
    assert bench.client.transport.asked == 1


async def test_many_documents_do_not(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    assert not bench.refresher.due(1_000)


async def test_after_a_costly_refresh_the_next_waits(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    bench.refresher.flushed([7], own_refresh_s=50.0)
    assert not bench.refresher.due(1)


async def test_what_is_written_in_a_flood_is_expected_with_the_next_refresh(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    bench.refresher.flushed([7] * 16, own_refresh_s=0.01)
    assert 0.02 < bench.refresher.expected_in_s() <= 0.033
    assert bench.refresher.due_in_s() <= 0.001


async def test_a_flood_is_searchable_soon_after_its_end(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    bench.refresher.flushed(range(20_000), own_refresh_s=None)
    assert bench.refresher.due_in_s() > 30
    await bench.client.transport.asked_times(2)


async def test_a_burst_after_a_costly_refresh_waits_as_long_as_that_took(bench: Bench) -> None:
    await bench.client.transport.asked_times(1)
    bench.refresher.flushed([7], own_refresh_s=50.0)
    bench.refresher.flushed(range(20_000), own_refresh_s=None)
    bench.refresher._last_flushed -= 1
    assert not bench.refresher._is_quiet()


async def test_a_failed_refresh_is_tried_again() -> None:
    bench = Bench(interval_s=0.001)
    bench.client.transport.failures = 2
    bench.refresher.flushed([5], own_refresh_s=None)
    await bench.client.transport.asked_times(3)
    assert bench.searchable == [5]
    bench.task.cancel()


async def test_refreshes_that_fail_for_good_are_told_and_cost_no_memory() -> None:
    bench = Bench(interval_s=0.001)
    bench.client.transport.failures = 12
    for number in range(1, 12):
        bench.refresher.flushed(range(30_000), own_refresh_s=None)
        await bench.client.transport.asked_times(number)
    assert isinstance(bench.refresher.error, TransportError)
    assert len(bench.refresher._flushed) <= 130_000
    await bench.client.transport.asked_times(13)
    bench.refresher.flushed([1], own_refresh_s=None)
    await bench.client.transport.asked_times(14)
    assert bench.refresher.error is None
    bench.task.cancel()


@pytest.mark.parametrize(
    ("last_took_s", "documents", "waiting", "expected_s"),
    [
        pytest.param(0.02, 0, 0, 0.002, id="a lone event: hardly any"),
        pytest.param(0.02, 10, 0, 0.022, id="some events: longer"),
        pytest.param(0.02, 5_000, 1_000, 1.0, id="a flood: the interval"),
        pytest.param(1.6, 5_000, 1_000, 1.6, id="a flood on a slow engine: by what one takes"),
        pytest.param(0.02, 5_000, 4_000, 2.0, id="falling behind: by what waits"),
        pytest.param(1.6, 5_000, 0, 1.0, id="the flood's end: the interval"),
        pytest.param(9.0, 0, 0, 0.9, id="a slow engine, a lone event: no longer than the interval"),
        pytest.param(11.0, 0, 0, 1.0, id="a very slow engine: no longer than the interval"),
        pytest.param(0.02, 50_000, 90_000, 10.0, id="far behind: rarely"),
        pytest.param(0.02, 50_000, 0, 1.0, id="just caught up: soon"),
    ],
)
def test_the_pause_follows_what_refreshing_costs(
    last_took_s: float, documents: int, waiting: int, expected_s: float
) -> None:
    pause = pause_s(last_took_s=last_took_s, documents=documents, waiting=waiting, interval_s=1.0)
    assert pause == pytest.approx(expected_s)
