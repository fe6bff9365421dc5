"""What a comparison of the index with the directory found."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from service.backfill.comparison import Standing, Verdict

MOST_EXAMPLES: Final = 10_000

DIFFERENCES: Final = (
    Standing.MISSING,
    Standing.OUTDATED,
    Standing.DIFFERING,
    Standing.SURPLUS,
)
"""Of users that are not as the export says."""


@dataclass(frozen=True, slots=True)
class Example:
    """A user who is not as the export says."""

    user_id: str
    standing: Standing
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Findings:
    """What is known so far.

    lines: of users, one for each. repeated: lines that a newer one of the same user replaces. bad:
    lines that say nothing. standings: users of each. fields: users that differ in each. silent:
    users of the index with a field that no user of the export has, so that it wasn't compared.
    examples: users that differ, at most MOST_EXAMPLES of each standing. journaled, deleted: repairs
    that are on disk. settled: users that differ though they were repaired as of the same time:
    another repair would not outrank that one. withheld: why users that the export lacks weren't
    deleted. strange: whether nobody of the export is in the index, which has other users; then
    nobody is repaired.
    """

    lines: int = 0
    repeated: int = 0
    bad: int = 0
    standings: Counter[Standing] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    journaled: int = 0
    deleted: int = 0
    settled: int = 0
    withheld: str = ""
    strange: bool = False

    @property
    def cut(self) -> bool:
        """Whether there are more users that differ than examples."""
        return self.differences > len(self.examples)

    @property
    def differences(self) -> int:
        """Users that are not as the export says."""
        return sum(self.standings[standing] for standing in DIFFERENCES)

    def note(self, user_id: str, verdict: Verdict) -> None:
        """One more user."""
        self.standings[verdict.standing] += 1
        self.fields.update(verdict.fields)
        self.silent.update(verdict.silent)
        room = self.standings[verdict.standing] <= MOST_EXAMPLES
        if verdict.standing in DIFFERENCES and room:
            self.examples.append(Example(user_id, verdict.standing, verdict.fields))
