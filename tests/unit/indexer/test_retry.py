"""Pauses between tries: long, unless something says that it is over."""

import asyncio

import pytest

from service.indexer import retry
from service.indexer.retry import Interrupted, Retry

HOURS_S = 1e6


class Fault(Exception):
    """Passes."""


class Act:
    """Fails as long as it is told to."""

    def __init__(self) -> None:
        self.tries = 0
        self.failing = True

    async def __call__(self) -> None:
        self.tries += 1
        if self.failing:
            raise Fault

    async def until(self, tries: int) -> None:
        async with asyncio.timeout(10):
            while self.tries < tries:  # noqa: ASYNC110 - nothing tells when it changes
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    monkeypatch.setattr(retry, "_FIRST_PAUSE_S", HOURS_S)
    return asyncio.Event()


async def test_who_hurries_ends_the_pause_and_only_this_one(stopping: asyncio.Event) -> None:
    one, act = Retry(HOURS_S, stopping), Act()
    one.hurry()
    trying = asyncio.create_task(one.after(Fault, act))
    await act.until(1)
    one.hurry()
    await act.until(2)
    assert act.tries == 2
    act.failing = False
    one.hurry()
    async with asyncio.timeout(10):
        await trying


async def test_stopping_ends_the_pause_for_good(stopping: asyncio.Event) -> None:
    one, act = Retry(HOURS_S, stopping), Act()
    trying = asyncio.create_task(one.after(Fault, act))
    await act.until(1)
    stopping.set()
    async with asyncio.timeout(10):
        with pytest.raises(Interrupted):
            await trying
