"""A user's events that wait together, coalesced to a chain: only the newest version is sent.

The others are superseded by it, but settle only once it was applied or found stale: if OpenSearch
rejects it for what it holds, the next newest is read again from the journal, and tried.
"""

from typing import NamedTuple

from service.events.event import Event
from service.journal.records import Outcome, Settlement

_BYTES_BESIDE_BODY = 1_000
_BYTES_OF_SUPERSEDED = 150
_TIMES_ITS_BODY = 5
"""What a parsed event takes."""


class Candidate(NamedTuple):
    """A journaled event that is one, to be mapped to a document and written.

    received_us: when the event was received, µs since the epoch. attempts: earlier tries, from
    before a replay. type: the CloudEvents type, for the dead letter's label. version: the external
    version. revives_us: see retention. parsed_us: our clock when the body was parsed. event: what
    it was parsed to, if that was kept.
    """

    seq: int
    received_us: int
    attempts: int
    type: str
    user: str
    version: int
    body: bytes
    revives_us: int | None
    parsed_us: int
    event: Event | None


class Superseded(NamedTuple):
    """What is kept of an event whose user has a newer one. Sorted, the newest is the last."""

    version: int
    minus_seq: int
    """Of two with the same version the earlier one counts as the newer."""

    @property
    def seq(self) -> int:
        """Its place in the journal."""
        return -self.minus_seq


class Chain:
    """Events of one user. head: the newest, to be sent. superseded: the others, in any order."""

    __slots__ = ("_sorted", "head", "superseded")

    def __init__(self, head: Candidate) -> None:
        self.head = head
        self.superseded: list[Superseded] = []
        self._sorted = True

    @property
    def user(self) -> str:
        """Whose events they are."""
        return self.head.user

    @property
    def weight(self) -> int:
        """What it takes in memory, roughly, bytes."""
        size = len(self.head.body)
        if self.head.event is not None:
            size += _TIMES_ITS_BODY * size
        return _BYTES_BESIDE_BODY + size + _BYTES_OF_SUPERSEDED * len(self.superseded)

    def join(self, other: "Chain") -> None:
        """Take over another chain of the same user; it must not be used any more."""
        ours, theirs = _rank(self.head), _rank(other.head)
        if ours < theirs:
            self.head = other.head
        self.superseded += other.superseded
        self.superseded.append(min(ours, theirs))
        self._sorted = False

    def settlements(self, outcome: Outcome) -> list[Settlement]:
        """How every event of the chain ended, given how its head did.

        The head's is the last: whatever is interrupted, no older state stays in the journal alone,
        to be written once OpenSearch has forgotten a deletion.
        """
        newest = self.head.version
        settled = [
            Settlement(
                superseded.seq,
                Outcome.DUPLICATE if superseded.version == newest else Outcome.SUPERSEDED,
            )
            for superseded in self.superseded
        ]
        settled.append(Settlement(self.head.seq, outcome))
        return settled

    def next_newest(self) -> int | None:
        """The seq of the event to try when the head turned out to be poison, None without one.

        It is no longer superseded; the head is up to the caller.
        """
        if not self._sorted:
            self.superseded.sort()
            self._sorted = True
        return self.superseded.pop().seq if self.superseded else None


def _rank(candidate: Candidate) -> Superseded:
    return Superseded(candidate.version, -candidate.seq)
