"""The service as an operator sees it, in one answer: figures from memory, nothing is asked of
OpenSearch or of the disk."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from prometheus_client import Counter, Histogram

from service import __version__
from service.events.timestamp import format_us
from service.journal.records import Accounting, ComparisonResult, JournalStatus
from service.observability.health import Health
from service.observability.metrics import Metrics


def status(
    journal: JournalStatus,
    health: Health,
    metrics: Metrics,
    *,
    losses: Mapping[str, int],
    now_us: int,
) -> dict[str, Any]:
    """JSON values. Times RFC 3339 in UTC, ages and lags seconds, sizes bytes, the rest counts.

    losses: the public door's refusals after which a sender doesn't send again, with their HTTP
    status.

    What is counted by `accounting` goes back to the journal's beginning; `door` and
    `searchable_lag` to the start of this process.
    """
    figures = journal.accounting
    last_test = journal.last_test_us
    compared = journal.last_comparison
    return {
        "time": format_us(now_us),
        "version": __version__,
        "tenant": journal.tenant,
        "status": "ok" if health.ok else "failing",
        "checks": [asdict(check) for check in health.checks],
        "journal": {
            "events": figures.journal,
            "bytes": figures.bytes,
            "oldest_age_seconds": journal.oldest_age_s(now_us),
            "takes_events": journal.can_append,
            "refusal": journal.refusal,
        },
        "accounting": accounting(figures),
        "last_test_event": None if last_test is None else format_us(last_test),
        "last_comparison": None if compared is None else _comparison(compared),
        "door": door_losses(metrics.requests_refused, losses),
        "searchable_lag": lag(metrics.searchable_lag_seconds),
    }


def _comparison(last: ComparisonResult) -> dict[str, Any]:
    return {"exported_at": format_us(last.exported_us), "differences": last.differences}


def accounting(figures: Accounting) -> dict[str, Any]:
    """received = the sum of the others, always; `balanced` says so."""
    return {
        "received": figures.received_total,
        **figures.whereabouts,
        "received_by_type": dict(figures.received),
        "balanced": figures.balanced,
    }


def door_losses(refused: Counter, losses: Mapping[str, int]) -> dict[str, Any]:
    """Requests that the public door refused for good, by reason."""
    counted = {
        sample.labels["reason"]: int(sample.value)
        for metric in refused.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    return {
        "losses": [
            {"reason": reason, "http_status": http_status, "requests": counted.get(reason, 0)}
            for reason, http_status in losses.items()
        ]
    }


def lag(histogram: Histogram) -> dict[str, Any]:
    """The histogram, cumulative like Prometheus's; le is null for the last bucket, infinity."""
    buckets: list[dict[str, Any]] = []
    total = 0.0
    for metric in histogram.collect():
        for sample in metric.samples:
            if sample.name.endswith("_bucket"):
                le = sample.labels["le"]
                bound = None if le == "+Inf" else float(le)
                buckets.append({"le_seconds": bound, "events": int(sample.value)})
            elif sample.name.endswith("_sum"):
                total = sample.value
    return {"events": buckets[-1]["events"], "sum_seconds": total, "buckets": buckets}
