"""A journal in a folder of its own, with a clock that the test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.samples import OPTIONS, Clock

Opener = Callable[..., Awaitable[Journal]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "journal.db"


@pytest.fixture
async def open_journal(path: Path, clock: Clock) -> AsyncIterator[Opener]:
    """Opens journals at `path`; those still open at the end are closed."""
    opened: list[Journal] = []

    async def open_one(options: JournalOptions = OPTIONS) -> Journal:
        journal = await Journal.open(path, options, now_us=clock)
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        await journal.close()


@pytest.fixture
async def journal(open_journal: Opener) -> Journal:
    return await open_journal()
