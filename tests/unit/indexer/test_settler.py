"""What the log tells of dead letters."""

import asyncio
import logging
from pathlib import Path

import pytest

from service.indexer.retry import Retry
from service.indexer.settler import Settler
from service.journal.journal import Journal
from service.journal.records import Burial
from tests.unit.journal.samples import OPTIONS, append


async def test_a_flood_of_dead_letters_is_no_flood_of_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = await Journal.open(tmp_path / "journal.db", OPTIONS)
    await append(journal, b"a", b"b", b"c", b"d")
    settler = Settler(journal, Retry(1.0, asyncio.Event()))
    with caplog.at_level(logging.WARNING):
        await settler.settle([], [Burial(n, "time_in_future", "", 1, "") for n in (1, 2)])
        await settler.settle([], [Burial(3, "time_in_future", "", 1, "")])
        await settler.settle([], [Burial(4, "data_missing", "", 1, "")])
    assert [record.getMessage() for record in caplog.records] == [
        "dead letters (time_in_future): 2 more",
        "dead letters (data_missing): 1 more",
    ]
    assert journal.accounting().dead_letters == 4
    await journal.close()
