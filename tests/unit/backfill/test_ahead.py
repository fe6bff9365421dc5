"""Items come in order, only a little ahead, and the thread never holds anybody up."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from service.backfill.ahead import ahead


async def test_items_come_in_order() -> None:
    async with aclosing(ahead(range(1000), depth=2)) as items:
        assert [item async for item in items] == list(range(1000))


async def test_no_more_than_the_depth_is_made_before_it_is_asked_for() -> None:
    made = 0
    stuck = threading.Event()

    def counted() -> Iterator[int]:
        nonlocal made
        for number in range(100):
            made += 1
            if made == 4:
                stuck.set()
            yield number

    async with aclosing(ahead(counted(), depth=2)) as items:
        assert await anext(items) == 0
        # The first was taken; two wait, and a fourth is in hand.
        assert await asyncio.to_thread(stuck.wait, 10)
        assert made == 4


async def test_what_the_iterator_raises_comes_after_its_items() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("no further")

    async with aclosing(ahead(failing(), depth=2)) as items:
        assert await anext(items) == 1
        with pytest.raises(OSError, match="no further"):
            await anext(items)


async def test_closing_ends_the_thread_though_it_is_ahead() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    source = endless()
    async with aclosing(ahead(source, depth=2)) as items:
        await anext(items)

    def end() -> bool:
        # The generator is closed when the thread drops it.
        return ended.wait(10)

    del source
    assert await asyncio.to_thread(end)


async def test_closing_waits_until_the_source_is_let_go() -> None:
    """Else the thread would take from the next reader of the same file what it reads."""
    reading, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def slow() -> Iterator[int]:
        yield 0
        reading.set()
        go_on.wait(10)
        made.append(1)
        yield 1

    source = ahead(slow(), depth=1, never_stuck=True)
    assert await anext(source) == 0
    assert await asyncio.to_thread(reading.wait, 10)
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    await source.aclose()
    assert made == [1]


def test_a_source_that_gives_nothing_does_not_keep_the_loop_alive() -> None:
    release = threading.Event()

    def blocked() -> Iterator[int]:
        release.wait(30)
        yield 1

    async def give_up() -> None:
        async with aclosing(ahead(blocked(), depth=2)) as items:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await anext(items)

    asyncio.run(give_up())
    release.set()
