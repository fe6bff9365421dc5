"""Sequence numbers as text: `17`, `17-40`, `17-40,52`; pure."""

import re
from collections.abc import Iterable

from service.journal.transaction import runs

Range = tuple[int, int]
"""First and last, both inclusive."""

MOST = 100
_RANGE = re.compile(r"([1-9][0-9]{0,17})(?:-([1-9][0-9]{0,17}))?")


def ranges(seqs: Iterable[int]) -> list[Range]:
    """The stretches of consecutive numbers, ascending."""
    return list(runs(sorted(set(seqs))))


def show(stretches: Iterable[Range]) -> str:
    """As parse reads them."""
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in stretches)


def parse(text: str) -> list[Range]:
    """At most 100 ranges, ascending, apart from one another. Raises ValueError, for people."""
    found: list[Range] = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise ValueError("expected sequence numbers such as 17 or 17-40,52")
        first = int(match[1])
        last = int(match[2] or first)
        if last < first or (found and first <= found[-1][1]):
            raise ValueError("the sequence numbers must ascend, each given once")
        found.append((first, last))
    if len(found) > MOST:
        raise ValueError(f"at most {MOST} ranges at once")
    return found
