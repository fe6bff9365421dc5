"""What goes into the journal and comes out of it. Times are microseconds since the epoch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple

from service.clock import age_us


class Disposition(StrEnum):
    """What the journal does with an entry. All are counted as received."""

    STORE = "store"
    """Keep it until the indexer settles it."""
    IGNORED = "ignored"
    """Of a type that nobody handles: only counted."""
    TEST = "test"
    """A test event of the sender: counted, its time remembered."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way in.

    body: as received, kept verbatim. type: label of the counter of received events (at most 64
    different ones are told apart, the rest count as `other`). tenant: None means ours. repeatable:
    sent again it is meant to do its work again, so it is never taken for a duplicate.
    """

    body: bytes
    type: str
    disposition: Disposition
    tenant: str | None = None
    repeatable: bool = False


class Record(NamedTuple):
    """An event in the journal. (A tuple: thousands are made for each claim.)

    seq: its place, never given twice. received_us: when it was first appended, replays included.
    attempts: 0, or what its dead letter said when it was replayed. forced: replayed with force.
    """

    seq: int
    received_us: int
    body: bytes
    attempts: int
    forced: bool


class Outcome(StrEnum):
    """What became of an event, as the indexer settles it."""

    APPLIED = "applied"
    STALE = "stale"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"


class Settlement(NamedTuple):
    """The event is done: it leaves the journal and is counted by its outcome."""

    seq: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Burial:
    """The event can't be indexed: it becomes a dead letter.

    code: stable, snake_case. reason: for people. attempts: how often it was tried, in all.
    """

    seq: int
    code: str
    reason: str
    attempts: int
    type: str


@dataclass(frozen=True, slots=True)
class DeadLetterSummary:
    """A dead letter without its body. seq: the one it had in the journal; size: body, bytes."""

    seq: int
    received_us: int
    failed_us: int
    code: str
    reason: str
    attempts: int
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class DeadLetter(DeadLetterSummary):
    """A dead letter whole. body: as received."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Accounting:
    """Where every event ever received is. bytes: bodies in the journal and in dead letters."""

    received: Mapping[str, int]
    applied: int
    stale: int
    duplicate: int
    superseded: int
    ignored: int
    test: int
    refused: int
    dropped: int
    dead_letters: int
    journal: int
    bytes: int

    @property
    def received_total(self) -> int:
        """Events received, of all types."""
        return sum(self.received.values())

    @property
    def settled(self) -> dict[str, int]:
        """How many events left for good, by how they ended."""
        others = ("received", "dead_letters", "journal", "bytes")
        return {name: count for name, count in asdict(self).items() if name not in others}

    @property
    def whereabouts(self) -> dict[str, int]:
        """How many events ended each way, are dead letters, or wait in the journal."""
        return {**self.settled, "dead_letters": self.dead_letters, "journal": self.journal}

    @property
    def balanced(self) -> bool:
        """Whether every received event is accounted for."""
        return self.received_total == sum(self.whereabouts.values())


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The index compared with the directory.

    exported_us: as of when, µs since the epoch. differences: users that differ and weren't
    repaired, and those that couldn't be read.
    """

    exported_us: int
    differences: int


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """The journal at one committed moment.

    oldest_seq: of the event that is first in line; None when the journal is empty.
    oldest_received_us: since when the oldest event waits (for a replayed one, since its replay);
    None when the journal is empty. last_comparison: None before the first. refusal: why no event is
    taken, for people; empty when they are.
    """

    accounting: Accounting
    last_seq: int
    oldest_seq: int | None
    oldest_received_us: int | None
    last_test_us: int | None
    last_comparison: ComparisonResult | None
    tenant: str | None
    refusal: str

    @property
    def can_append(self) -> bool:
        """Whether events are taken."""
        return not self.refusal

    def oldest_age_s(self, now_us: int) -> float:
        """How long the oldest event has waited; 0 when the journal is empty."""
        return age_us(self.oldest_received_us, now_us) / 1e6


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a stretch of events is. What is in none of the three left before this process began,
    or was never replayed, or was replayed again or dropped since.

    waiting: in the journal. dead_letters: by code. outcomes: of those replayed by this process
    and settled, the newest 10,000.
    """

    waiting: int
    dead_letters: Mapping[str, int]
    outcomes: Mapping[Outcome, int]
