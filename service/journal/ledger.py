"""The books: named integers, committed in the same transaction as the rows they count.

Invariant (promise 4): received = applied + stale + duplicate + superseded + ignored + test +
refused + dropped + in dead letters + in the journal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from service.journal.records import Accounting, ComparisonResult

LAST_SEQ = "last_seq"
LAST_TEST_US = "last_test_us"
IMPORTED_US = "imported_us"
MADE_ANEW_US = "made_anew_us"
COMPARED_US = "compared_us"
COMPARED_DIFFERENCES = "compared_differences"
JOURNAL = "journal"
DEAD_LETTERS = "dead_letters"
BYTES = "bytes"
DUPLICATE = "duplicate"
IGNORED = "ignored"
TEST = "test"
REFUSED = "refused"
DROPPED = "dropped"

_RECEIVED = "received:"
_OTHER = "other"
_MOST_TYPES = 64
_LONGEST_TYPE = 100


class Oldest(NamedTuple):
    """The first event in line, and since when it waits."""

    seq: int
    since_us: int


def storable(text: str, longest: int) -> str:
    """The text as SQLite can hold it: lone surrogates become `?`, the end is cut off."""
    return text[:longest].encode("utf-8", "replace").decode()


@dataclass(slots=True)
class Ledger:
    """One state of the books. The writer changes a draft; only a committed one is ever shown."""

    counts: dict[str, int] = field(default_factory=dict)
    tenant: str | None = None
    oldest: Oldest | None = None

    def draft(self) -> "Ledger":
        """A copy to change."""
        return Ledger(dict(self.counts), self.tenant, self.oldest)

    def changes_since(self, committed: "Ledger") -> Iterator[tuple[str, int]]:
        """Names and values that differ from the committed ones."""
        before = committed.counts
        return (item for item in self.counts.items() if before.get(item[0]) != item[1])

    def get(self, name: str) -> int:
        """A count; 0 when nothing was ever counted."""
        return self.counts.get(name, 0)

    def add(self, name: str, number: int = 1) -> None:
        """Count."""
        self.counts[name] = self.counts.get(name, 0) + number

    def receive(self, event_type: str) -> None:
        """Count a received event under its type, or under `other` when there are too many."""
        name = _RECEIVED + event_type
        if name not in self.counts:
            name = _RECEIVED + storable(event_type, _LONGEST_TYPE)
            if name not in self.counts and len(self._received()) >= _MOST_TYPES:
                name = _RECEIVED + _OTHER
        self.add(name)

    def next_seq(self) -> int:
        """A seq that no event ever had."""
        seq = self.get(LAST_SEQ) + 1
        self.counts[LAST_SEQ] = seq
        return seq

    def compared(self) -> ComparisonResult | None:
        """The last comparison; None before the first."""
        exported_us = self.counts.get(COMPARED_US)
        if exported_us is None:
            return None
        return ComparisonResult(exported_us, self.get(COMPARED_DIFFERENCES))

    def _received(self) -> dict[str, int]:
        return {
            name.removeprefix(_RECEIVED): value
            for name, value in self.counts.items()
            if name.startswith(_RECEIVED)
        }

    def accounting(self) -> Accounting:
        """The books as they are shown."""
        return Accounting(
            received=self._received(),
            applied=self.get("applied"),
            stale=self.get("stale"),
            duplicate=self.get(DUPLICATE),
            superseded=self.get("superseded"),
            ignored=self.get(IGNORED),
            test=self.get(TEST),
            refused=self.get(REFUSED),
            dropped=self.get(DROPPED),
            dead_letters=self.get(DEAD_LETTERS),
            journal=self.get(JOURNAL),
            bytes=self.get(BYTES),
        )
