"""Requests under way: never more than allowed, and it is known when those of a moment are over."""

import asyncio

import pytest

from service.indexer.in_flight import InFlight


async def test_no_more_than_allowed_at_once() -> None:
    in_flight = InFlight(2)
    now = most = 0

    async def request() -> None:
        nonlocal now, most
        async with in_flight.one():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(request() for _ in range(20)))
    assert most == 2


async def test_over_waits_for_what_is_under_way_and_not_for_what_comes_later() -> None:
    in_flight = InFlight(2)
    ends = [asyncio.Event() for _ in range(2)]

    async def request(end: asyncio.Event) -> None:
        async with in_flight.one():
            await end.wait()

    first = asyncio.create_task(request(ends[0]))
    await asyncio.sleep(0)
    over = asyncio.create_task(in_flight.over())
    await asyncio.sleep(0)
    later = asyncio.create_task(request(ends[1]))
    await asyncio.sleep(0)
    assert not over.done()
    ends[0].set()
    async with asyncio.timeout(5):
        await over
    assert not later.done()
    ends[1].set()
    await asyncio.gather(first, later)
    await in_flight.over()


async def test_a_request_that_fails_is_over_too() -> None:
    in_flight = InFlight(1)
    with pytest.raises(OSError, match="away"):
        async with in_flight.one():
            raise OSError("away")
    async with asyncio.timeout(5):
        await in_flight.over()
        async with in_flight.one():
            pass
