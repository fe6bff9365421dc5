"""Every metric of the service: its name, kind and meaning.

What the journal accounts for is read from its committed figures when somebody asks, so that
`/metrics` can neither miss an event nor count one twice, restarts included.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.clock import age_us
from service.events.event_type import HANDLED_TYPES, OTHER_TYPE, READ_TYPE

# One `_created` series beside every counter would double the exposition for nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]

# The types with a series of their own; any other is `other`, so that nobody outside can make
# series without bound.
_TYPES = frozenset({*HANDLED_TYPES, READ_TYPE})

_LAG_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
_SEARCH_SECONDS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_BULK_SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_BULK_EVENTS_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500)


class Figures(Protocol):
    """The journal's accounting, as far as it is shown here. Counts of events; bytes live."""

    @property
    def received(self) -> Mapping[str, int]: ...
    @property
    def settled(self) -> Mapping[str, int]: ...
    @property
    def dead_letters(self) -> int: ...
    @property
    def journal(self) -> int: ...
    @property
    def bytes(self) -> int: ...


class Compared(Protocol):
    """The index compared with the directory. exported_us: µs since the epoch."""

    @property
    def exported_us(self) -> int: ...
    @property
    def differences(self) -> int: ...


class Accounted(Protocol):
    """The journal, answering from memory."""

    def accounting(self) -> Figures: ...
    def oldest_received_us(self) -> int | None: ...
    def last_comparison(self) -> Compared | None: ...


class Metrics:
    """The metrics and the registry they live in; one instance a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

        self.requests_refused = Counter(
            "user_sync_requests_refused_total",
            "Webhook requests answered with anything but 2xx, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.searchable_lag_seconds = Histogram(
            "user_sync_searchable_lag_seconds",
            "From an event's receipt until a search finds it",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
        self.bulk_seconds = Histogram(
            "user_sync_bulk_seconds",
            "Duration of a _bulk request that was answered",
            buckets=_BULK_SECONDS_BUCKETS,
            registry=self.registry,
        )
        self.bulk_events = Histogram(
            "user_sync_bulk_events",
            "Documents in a _bulk request that was answered",
            buckets=_BULK_EVENTS_BUCKETS,
            registry=self.registry,
        )
        self.bulk_items_retried = Counter(
            "user_sync_bulk_items_retried_total",
            "Documents OpenSearch could not take for a while, by its error type",
            ["reason"],
            registry=self.registry,
        )

        self.searches = Counter(
            "user_sync_searches_total",
            "Requests to the search API, by kind, and by outcome: ok or the type of the problem",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.search_seconds = Histogram(
            "user_sync_search_seconds",
            "Duration of a request to the search API, its answer's sending not included unless it "
            "is streamed",
            ["kind"],
            buckets=_SEARCH_SECONDS_BUCKETS,
            registry=self.registry,
        )

    def watch(self, journal: Accounted, now_us: Callable[[], int]) -> None:
        """Show the journal's figures too. Call once. now_us: µs since the epoch."""
        self.registry.register(_JournalCollector(journal, now_us))

    def expose(self, accept: str = "") -> tuple[bytes, str]:
        """The exposition and its content type, for an HTTP Accept header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type


class _JournalCollector(Collector):
    def __init__(self, journal: Accounted, now_us: Callable[[], int]) -> None:
        self._journal = journal
        self._now_us = now_us

    def collect(self) -> Iterator[Metric]:
        figures = self._journal.accounting()

        received = CounterMetricFamily(
            "user_sync_events_received_total",
            "Events made durable, by CloudEvents type",
            labels=["type"],
        )
        for kind, count in by_known_type(figures.received).items():
            received.add_metric([kind], count)
        yield received

        settled = CounterMetricFamily(
            "user_sync_events_settled_total",
            "Events that left the journal, by how they ended",
            labels=["outcome"],
        )
        for outcome, count in figures.settled.items():
            settled.add_metric([outcome], count)
        yield settled

        yield GaugeMetricFamily(
            "user_sync_journal_events", "Events in the journal", value=figures.journal
        )
        yield GaugeMetricFamily(
            "user_sync_journal_bytes", "Live bytes in the journal", value=figures.bytes
        )
        yield GaugeMetricFamily(
            "user_sync_dead_letters", "Dead letters kept", value=figures.dead_letters
        )
        yield GaugeMetricFamily(
            "user_sync_oldest_event_age_seconds",
            "Age of the oldest event in the journal, 0 when it is empty",
            value=age_us(self._journal.oldest_received_us(), self._now_us()) / 1e6,
        )
        compared = self._journal.last_comparison()
        if compared is not None:
            yield GaugeMetricFamily(
                "user_sync_last_comparison_timestamp_seconds",
                "As of when the index was last compared with the directory; absent before",
                value=compared.exported_us / 1e6,
            )
            yield GaugeMetricFamily(
                "user_sync_last_comparison_differences",
                "Users that differed then and weren't repaired",
                value=compared.differences,
            )


def by_known_type(received: Mapping[str, int]) -> dict[str, int]:
    """Counts by type, every type the service doesn't handle summed under `other`."""
    counts = dict.fromkeys(sorted(_TYPES), 0) | {OTHER_TYPE: 0}
    for kind, count in received.items():
        counts[kind if kind in _TYPES else OTHER_TYPE] += count
    return counts
