"""What the indexer can be told."""

from dataclasses import dataclass, field

from service.documents.document import DeletionMode
from service.documents.exclusion import Exclusions

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class IndexerOptions:
    """Limits and choices of the path from the journal to OpenSearch.

    max_events, max_bytes: of one `_bulk` request. 1,000 documents of 1 to 2 kB are where a node's
        throughput flattens; the bytes keep large profiles from piling up.
    in_flight: `_bulk` requests under way at once; a second one fills the time of the first's
        round trip, a third adds only queueing.
    refresh_interval_us: under load, a refresh is asked for at most this often.
    future_tolerance_us: how far ahead of our clock an event may be.
    retry_max_seconds: the longest pause between two tries while OpenSearch is away.
    shard_wait_seconds: how long OpenSearch waits for a missing shard before it refuses an item: a
        restart's recovery takes seconds. Below the client's time-out, else it never says so.
    """

    max_events: int = 1_000
    max_bytes: int = 8 * 1024 * 1024
    in_flight: int = 2
    refresh_interval_us: int = SECOND_US // 2
    future_tolerance_us: int = 3_600 * SECOND_US
    retry_max_seconds: float = 10.0
    shard_wait_seconds: float = 5.0
    deletion_mode: DeletionMode = DeletionMode.TOMBSTONE
    exclusions: Exclusions = field(default_factory=Exclusions)
