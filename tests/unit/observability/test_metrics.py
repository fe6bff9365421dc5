"""Names, labels and values of the exposition, which dashboards and alerts rest on."""

from dataclasses import dataclass, replace

import pytest

from service.journal.records import Accounting, ComparisonResult
from service.observability.metrics import Metrics, by_known_type

NOTHING = Accounting({}, *([0] * 11))


@dataclass
class JournalStub:
    figures: Accounting = NOTHING
    oldest_us: int | None = None
    compared: ComparisonResult | None = None

    def accounting(self) -> Accounting:
        return self.figures

    def oldest_received_us(self) -> int | None:
        return self.oldest_us

    def last_comparison(self) -> ComparisonResult | None:
        return self.compared


def _exposed(journal: JournalStub, now_us: int = 10_000_000) -> dict[str, float]:
    metrics = Metrics()
    metrics.watch(journal, lambda: now_us)
    text = metrics.expose()[0].decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_journals_figures_are_shown() -> None:
    received = {"user.created": 7}
    figures = replace(NOTHING, received=received, applied=4, dead_letters=1, journal=2, bytes=3000)
    exposed = _exposed(JournalStub(figures, oldest_us=7_500_000))
    assert exposed['user_sync_events_received_total{type="user.created"}'] == 7
    assert exposed['user_sync_events_settled_total{outcome="applied"}'] == 4
    assert exposed["user_sync_dead_letters"] == 1
    assert exposed["user_sync_journal_events"] == 2
    assert exposed["user_sync_journal_bytes"] == 3000
    assert exposed["user_sync_oldest_event_age_seconds"] == 2.5


@pytest.mark.parametrize(
    "outcome",
    ["applied", "stale", "duplicate", "superseded", "ignored", "test", "refused", "dropped"],
)
def test_every_outcome_has_a_series_from_the_start(outcome: str) -> None:
    exposed = _exposed(JournalStub())
    assert exposed[f'user_sync_events_settled_total{{outcome="{outcome}"}}'] == 0


def test_unknown_types_are_summed_as_other() -> None:
    received = {"user.updated": 2, "organization.created": 3, 'x"\n': 4}
    assert by_known_type(received) == {
        "user.created": 0,
        "user.deleted": 0,
        "user.read": 0,
        "user.updated": 2,
        "other": 7,
    }


def test_an_empty_journal_has_no_age() -> None:
    assert _exposed(JournalStub())["user_sync_oldest_event_age_seconds"] == 0


def test_the_last_comparison_has_series_once_there_is_one() -> None:
    assert not [name for name in _exposed(JournalStub()) if "comparison" in name]
    exposed = _exposed(JournalStub(compared=ComparisonResult(7_500_000, 3)))
    assert exposed["user_sync_last_comparison_timestamp_seconds"] == 7.5
    assert exposed["user_sync_last_comparison_differences"] == 3


def test_a_clock_set_back_makes_no_negative_age() -> None:
    exposed = _exposed(JournalStub(oldest_us=99_000_000))
    assert exposed["user_sync_oldest_event_age_seconds"] == 0


def test_figures_are_read_anew_for_every_scrape() -> None:
    journal = JournalStub()
    metrics = Metrics()
    metrics.watch(journal, lambda: 0)
    metrics.expose()
    journal.figures = replace(NOTHING, applied=9)
    assert b'user_sync_events_settled_total{outcome="applied"} 9.0' in metrics.expose()[0]


def test_names_of_the_other_metrics() -> None:
    metrics = Metrics()
    metrics.requests_refused.labels("unauthorized").inc()
    metrics.searchable_lag_seconds.observe(0.04)
    metrics.bulk_seconds.observe(0.02)
    metrics.bulk_events.observe(500)
    metrics.bulk_items_retried.labels("cluster_block_exception").inc(3)
    text = metrics.expose()[0].decode()
    for line in (
        'user_sync_requests_refused_total{reason="unauthorized"} 1.0',
        'user_sync_searchable_lag_seconds_bucket{le="0.05"} 1.0',
        'user_sync_searchable_lag_seconds_bucket{le="60.0"} 1.0',
        "user_sync_bulk_seconds_count 1.0",
        'user_sync_bulk_events_bucket{le="500.0"} 1.0',
        'user_sync_bulk_items_retried_total{reason="cluster_block_exception"} 3.0',
        "python_info",
    ):
        assert line in text
    assert "_created" not in text


def test_registries_are_separate() -> None:
    one, other = Metrics(), Metrics()
    one.requests_refused.labels("not_json").inc()
    assert b"not_json" not in other.expose()[0]
