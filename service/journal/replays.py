"""What became of replayed events: the latest ones' outcomes, in memory.

For the person who replayed them and waits for the result; a restart forgets, the counts do not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from service.journal.records import Outcome, Settlement

_MOST = 10_000


class Replays:
    """Replayed seqs and how they were settled. most: the older ones are forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._outcome_of: dict[int, Outcome | None] = {}

    def begun(self, seqs: Iterable[int]) -> None:
        """These were put back under these new seqs."""
        self._outcome_of |= dict.fromkeys(seqs)
        for seq in list(self._outcome_of)[: max(0, len(self._outcome_of) - self._most)]:
            del self._outcome_of[seq]

    def settled(self, settlements: Sequence[Settlement]) -> None:
        """These left the journal; most of them were never replayed."""
        if not self._outcome_of:
            return
        for seq, outcome in settlements:
            if seq in self._outcome_of:
                self._outcome_of[seq] = outcome

    def outcomes(self, first: int, last: int) -> dict[Outcome, int]:
        """How many of first…last ended in each way."""
        return dict(
            Counter(
                outcome
                for seq, outcome in self._outcome_of.items()
                if outcome is not None and first <= seq <= last
            )
        )
