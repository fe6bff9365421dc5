"""A part that fails is told of and run again; nothing else notices."""

import asyncio
import logging

import pytest

from service.wiring.background import Background
from tests.unit.journal.samples import Clock

SECOND_US = 1_000_000


async def test_a_part_that_fails_runs_again_and_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock(0)
    background = Background(now_us=clock, longest_pause_s=0.001)
    assert background.check().ok
    runs = 0
    runs_well = asyncio.Event()

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise KeyError("a fault of ours")
        runs_well.set()
        await asyncio.Event().wait()

    task = background.start("housekeeping", run)
    async with asyncio.timeout(5):
        await runs_well.wait()
    check = background.check()
    assert not check.ok
    assert "housekeeping failed (KeyError)" in check.state
    assert check.advice
    records = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(records) == 2
    assert all(record.exc_info for record in records)

    clock.us += 121 * SECOND_US
    assert background.check().ok
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_part_that_returns_is_done() -> None:
    background = Background(now_us=Clock(0))

    async def run() -> None:
        return

    async with asyncio.timeout(5):
        await background.start("bootstrap", run)
    assert background.check().ok
