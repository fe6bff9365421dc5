"""That users are missing from an index made anew is told until something shows that none is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.events.event_type import READ_TYPE
from service.journal.journal import Journal
from service.journal.records import ComparisonResult
from service.wiring.made_anew import MadeAnew
from tests.unit.journal.samples import OPTIONS, SECOND_US, START_US, append, entry, settle


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """One whose events were written to an index."""
    journal = await Journal.open(tmp_path / "journal.db", OPTIONS)
    await append(journal, b"a")
    await settle(journal, 1)
    yield journal
    await journal.close()


@pytest.fixture
async def made_anew(journal: Journal) -> MadeAnew:
    """The index was lost at START_US."""
    made_anew = MadeAnew(journal, lambda: START_US)
    assert not made_anew.users_missing
    await made_anew.note()
    assert made_anew.users_missing
    return made_anew


async def test_until_a_later_import_comes_to_its_end(journal: Journal, made_anew: MadeAnew) -> None:
    await append(journal, b"b")
    await journal.append([entry(b"c", event_type=READ_TYPE)])
    assert made_anew.users_missing
    await journal.note_import(START_US - SECOND_US)
    assert made_anew.users_missing
    await journal.note_import(START_US + SECOND_US)
    assert not made_anew.users_missing


async def test_an_import_does_not_count_for_an_index_lost_again_meanwhile(
    journal: Journal, made_anew: MadeAnew
) -> None:
    await MadeAnew(journal, lambda: START_US + 2 * SECOND_US).note()
    await journal.note_import(START_US + SECOND_US)
    assert made_anew.users_missing


async def test_until_a_later_comparison_finds_nobody_missing(
    journal: Journal, made_anew: MadeAnew
) -> None:
    for comparison in (
        ComparisonResult(START_US - SECOND_US, 0),
        ComparisonResult(START_US + SECOND_US, 1),
    ):
        await journal.note_comparison(comparison)
        assert made_anew.users_missing
    again = MadeAnew(journal, lambda: START_US)
    assert again.users_missing
    await journal.note_comparison(ComparisonResult(START_US + SECOND_US, 0))
    assert not made_anew.users_missing
    assert not again.users_missing


async def test_the_first_index_of_all_is_not_one_made_anew(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "fresh.db", OPTIONS)
    made_anew = MadeAnew(journal, lambda: START_US)
    await made_anew.note()
    await journal.note_made_anew(START_US)
    assert not made_anew.users_missing
    await journal.close()


async def test_another_index_of_the_same_name_is_one_made_anew(journal: Journal) -> None:
    """Restored from a snapshot, say, or in another cluster."""
    made_anew = MadeAnew(journal, lambda: START_US)
    for uuid in ("a", "a"):
        await made_anew.found("users-000001", uuid)
    await made_anew.found("users-000002", "b")
    assert not made_anew.users_missing, "moved by a rebuild"

    later = MadeAnew(journal, lambda: START_US)
    await later.found("users-000002", "b")
    assert not later.users_missing
    await later.found("users-000002", "c")
    assert later.users_missing
    await journal.note_import(START_US + SECOND_US)
    await later.found("users-000002", "c")
    assert not later.users_missing


@pytest.mark.parametrize("past", ["users-000001", "people-000003"])
async def test_one_that_no_rebuild_has_made_is_one_made_anew(journal: Journal, past: str) -> None:
    """The one from before a rebuild, say, or one that an earlier USER_SYNC_INDEX named."""
    made_anew = MadeAnew(journal, lambda: START_US)
    await made_anew.found("users-000001", "a")
    await made_anew.found("users-000002", "b")
    assert not made_anew.users_missing
    await MadeAnew(journal, lambda: START_US).found(past, "c")
    assert made_anew.users_missing


async def test_one_that_was_told_of_and_filled_before_it_is_found_is_told_of_no_more(
    journal: Journal,
) -> None:
    """Bootstrap and import while no serve runs; then serve meets the new index."""
    await MadeAnew(journal, lambda: START_US).found("users-000001", "a")
    await journal.note_made_anew(START_US + SECOND_US)
    await journal.note_import(START_US + 2 * SECOND_US)
    started = MadeAnew(journal, lambda: START_US + 3 * SECOND_US)
    await started.found("users-000001", "b")
    assert not started.users_missing
