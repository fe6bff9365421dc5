"""A user's events that wait together, coalesced to a chain: the newest version first.

Only the newest of a chain is sent. The others are superseded by it, but settle only once it was
applied or found stale: if OpenSearch rejects it for what it holds, the next newest is tried.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.documents.document import Document
from service.journal.records import Outcome, Settlement

_BYTES_BESIDE_SOURCE = 1_000


class Candidate(NamedTuple):
    """A journaled event with its document, ready to be written.

    received_us: when the event was received, µs since the epoch. attempts: earlier tries, from
    before a replay. type: the CloudEvents type, for the dead letter's label. revives_us: see
    retention.
    """

    seq: int
    received_us: int
    attempts: int
    type: str
    document: Document
    revives_us: int | None = None

    @property
    def weight(self) -> int:
        """What it takes in memory, roughly, bytes."""
        return _BYTES_BESIDE_SOURCE + len(self.document.source or b"")


@dataclass(frozen=True, slots=True)
class Chain:
    """Candidates of one user, newest version first; never empty."""

    candidates: tuple[Candidate, ...]

    @property
    def head(self) -> Candidate:
        """The candidate to send."""
        return self.candidates[0]

    def without_head(self) -> "Chain | None":
        """What is left when the head turned out to be poison."""
        rest = self.candidates[1:]
        return Chain(rest) if rest else None

    def settlements(self, outcome: Outcome) -> list[Settlement]:
        """How every event of the chain ended, given how its head did."""
        head = self.head
        settled = [Settlement(head.seq, outcome)]
        for candidate in self.candidates[1:]:
            same = candidate.document.version == head.document.version
            settled.append(
                Settlement(candidate.seq, Outcome.DUPLICATE if same else Outcome.SUPERSEDED)
            )
        return settled


def chain_of(of_user: Sequence[Candidate]) -> Chain:
    """At least one candidate, in any order; of two with the same version the earlier one leads."""
    if len(of_user) == 1:
        return Chain((of_user[0],))
    return Chain(tuple(sorted(of_user, key=lambda c: (-c.document.version, c.seq))))


def coalesce(candidates: Iterable[Candidate]) -> list[Chain]:
    """One chain for each user."""
    by_user: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_user.setdefault(candidate.document.id, []).append(candidate)
    return [chain_of(of_user) for of_user in by_user.values()]
