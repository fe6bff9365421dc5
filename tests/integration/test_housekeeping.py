"""What `/healthz` says while what is over its retention can't be removed."""

from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.wiring.housekeeping import Housekeeping, Retentions
from service.wiring.purged_mark import PurgedMark
from tests.integration.test_purge import NOW_US, left, write

DAY_US = 86_400_000_000


async def nothing_is_on_its_way() -> None:
    """No request is under way."""


async def test_a_purge_that_is_refused_is_told_until_it_is_done(
    client: AsyncOpenSearch, names: IndexNames, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await write(client, names, "old")
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions())
    housekeeping = Housekeeping(
        journal,
        client,
        names,
        Retentions(tombstones_us=30 * DAY_US, dead_letters_us=30 * DAY_US),
        PurgedMark(journal),
        nothing_is_on_its_way,
        lambda: NOW_US,
    )
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": True})
    with caplog.at_level("INFO"):
        await housekeeping.round()
    check = housekeeping.check()
    assert not check.ok
    assert "index write (api)" in check.state
    assert "index write (api)" in caplog.text
    assert "lift the block" in check.advice
    await client.indices.put_settings(index=names.first, body={"index.blocks.write": None})
    await housekeeping.round()
    await journal.close()
    assert housekeeping.check().ok
    assert await left(client, names) == []
