"""What `/healthz` says of the journal and of comparisons: what is wrong, and what mends it."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from opensearchpy.exceptions import (
    AuthorizationException,
    ConnectionTimeout,
    OpenSearchException,
)

from service.index.advice import ROLE
from service.journal.journal import Journal
from service.journal.records import ComparisonResult
from service.observability.health import Check
from service.wiring.checks import Vitals
from tests.unit.journal.samples import OPTIONS, append, bury, entry

NOON_US = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "journal.db", OPTIONS)
    yield journal
    await journal.close()


def made(journal: Journal) -> Vitals:
    others = [Mock() for _ in range(6)]
    return Vitals(journal, *others, now_us=lambda: 0)


def check(journal: Journal, name: str) -> Check:
    vitals = made(journal)
    checks = {
        "journal": vitals._journal_appends,
        "tenant": vitals._tenant,
        "comparison": vitals._comparison,
    }
    return checks[name]()


async def test_a_check_that_can_not_be_made_hides_no_other(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(journal).health()
    monkeypatch.setattr(journal, "refusal", Mock(side_effect=RuntimeError))
    health = made(journal).health()
    assert len(health.checks) == len(whole.checks)
    assert "could not be made" in health.checks[2].state


async def test_a_log_that_was_damaged_is_told_until_somebody_has_removed_it(
    tmp_path: Path, journal: Journal
) -> None:
    assert check(journal, "journal").ok
    await journal.close()
    kept = tmp_path / "journal.db-wal.damaged-20260101T000000Z"
    kept.touch()
    again = await Journal.open(journal.path, OPTIONS)
    told = check(again, "journal")
    assert not told.ok
    assert str(kept) in told.state
    assert "user-sync reconcile" in told.advice
    kept.unlink()
    assert check(again, "journal").ok
    await again.close()


async def test_a_damaged_journal_is_not_said_to_recover(journal: Journal) -> None:
    journal._writer.damage = "the journal is damaged: …"
    told = check(journal, "journal")
    assert not told.ok
    assert "is damaged" in told.state
    assert "does not recover" in told.advice


async def test_events_ahead_of_the_clock_are_told_until_they_are_dropped(journal: Journal) -> None:
    vitals = made(journal)
    vitals._indexer.ahead_in_a_row = lambda: 3  # type: ignore[method-assign]
    await append(journal, b"1", b"2", b"3")
    await bury(journal, 1, 2, 3, code="time_in_future")
    assert not vitals._clock().ok
    await journal.dead_letters.drop([1, 2, 3])
    assert vitals._clock().ok


async def test_another_tenants_events_are_told_and_a_wrong_name_of_ours_is_a_fault(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong USER_SYNC_TENANT: everything is acknowledged, and nothing kept."""
    await journal.append([entry(b"0", tenant="ours")])
    await journal.close()
    journal = await Journal.open(journal.path, OPTIONS)
    await append(journal, *(b"an import names none %d" % number for number in range(9)))
    assert check(journal, "tenant").ok
    await journal.append([entry(b"%d" % number, tenant="another") for number in range(2)])
    assert check(journal, "tenant").ok
    await journal.append([entry(b"2", tenant="another")])
    told = check(journal, "tenant")
    assert not told.ok
    assert "0 of ours" in told.state
    assert "3 of other tenants, another the last, were refused" in told.state
    assert "USER_SYNC_TENANT" in told.advice
    assert [vars(record)["action"] for record in caplog.records] == ["events_refused"]
    await journal.append([entry(b"3", tenant="ours")])
    assert check(journal, "tenant").ok
    await journal.close()


@pytest.mark.parametrize(
    ("error", "told", "advice"),
    [
        (
            AuthorizationException(
                403, "security_exception", {"error": {"reason": "no permissions for [refresh]"}}
            ),
            "(403: no permissions for [refresh])",
            ROLE,
        ),
        (ConnectionTimeout("TIMEOUT", "", None), "(ConnectionTimeout)", "check `opensearch`"),
    ],
)
async def test_why_refreshes_fail_is_told(
    journal: Journal, error: OpenSearchException, told: str, advice: str
) -> None:
    vitals = made(journal)
    with patch.object(vitals._indexer, "refresh_error", return_value=error):
        check = vitals._freshness()
    assert not check.ok
    assert check.state.endswith(f"refreshes fail {told}")
    assert advice in check.advice


async def test_a_comparison_is_told_and_differences_are_a_fault_until_the_next(
    journal: Journal,
) -> None:
    before = check(journal, "comparison")
    assert (before.ok, "reconcile" in before.advice) == (True, True)
    await journal.note_comparison(ComparisonResult(NOON_US, 0))
    assert check(journal, "comparison") == Check(
        "comparison", True, "the index was equal to the directory as of 2026-03-01T12:00:00.000000Z"
    )
    await journal.note_comparison(ComparisonResult(NOON_US, 12))
    found = check(journal, "comparison")
    assert (found.ok, "--repair" in found.advice) == (False, True)
    assert "12 not repaired" in found.state
