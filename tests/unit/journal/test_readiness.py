"""Whether more can be taken is answered before an event is refused, not after."""

from pathlib import Path

import pytest

from service.journal.errors import JournalFull
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from tests.unit.journal.samples import append, settle

MIB = 1024**2


async def test_a_journal_that_refuses_events_is_not_ready(tmp_path: Path) -> None:
    options = JournalOptions(max_bytes=MIB, min_free_disk_bytes=0, lock_wait_s=0)
    journal = await Journal.open(tmp_path / "journal.db", options)
    assert journal.refusal() is None
    count = 0
    while journal.refusal() is None:
        await append(journal, (b"%d " % count).ljust(1_000, b"x"))
        count += 1
    assert "full" in str(journal.refusal())
    with pytest.raises(JournalFull):
        await append(journal, *[b"x" * 1_000] * 100)
    await append(journal, b"there is room for a small one still")
    count += 1
    await settle(journal, *range(1, count + 1))
    assert journal.refusal() is None
    await journal.close()
