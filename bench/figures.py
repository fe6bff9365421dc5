"""Repeated figures, their ratios, and what is wanted of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One figure, taken several times."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Series":
        """At least one value."""
        return cls(tuple(values))

    @property
    def minimum(self) -> float:
        return min(self.values)

    @property
    def median(self) -> float:
        return float(median(self.values))

    @property
    def maximum(self) -> float:
        return max(self.values)

    def over(self, other: "Series") -> "Series":
        """Ratios of what was taken one right after the other."""
        pairs = zip(self.values, other.values, strict=True)
        return Series(tuple(mine / theirs if theirs else float("inf") for mine, theirs in pairs))

    def as_dict(self) -> dict[str, float]:
        """For the JSON."""
        figures = {"min": self.minimum, "median": self.median, "max": self.maximum}
        return {name: float(f"{value:.4g}") for name, value in figures.items()}


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for the median."""

    bound: float
    at_least: bool
    unit: str = "×"

    def met_by(self, value: float) -> bool:
        """Whether the value is on the right side."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}".rstrip()


def at_least(bound: float, unit: str = "×") -> Goal:
    """The more the better."""
    return Goal(bound, True, unit)


def at_most(bound: float, unit: str = "×") -> Goal:
    """The less the better."""
    return Goal(bound, False, unit)


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the table.

    target: its number. what: the figure, for people. unit: of ours and theirs. versus: whose
    figure theirs is; empty for a figure that is judged by itself. ratios: what the goal is about.
    """

    target: int
    what: str
    unit: str
    ours: Series
    goal: Goal
    ratios: Series
    versus: str = ""
    theirs: Series | None = None

    @classmethod
    def compared(
        cls,
        target: int,
        what: str,
        unit: str,
        ours: Sequence[float],
        versus: str,
        theirs: Sequence[float],
        goal: Goal,
    ) -> "Result":
        """A ratio to another side's figures, pair by pair."""
        mine, other = Series.of(ours), Series.of(theirs)
        return cls(target, what, unit, mine, goal, mine.over(other), versus, other)

    @classmethod
    def alone(
        cls, target: int, what: str, unit: str, values: Sequence[float], goal: Goal
    ) -> "Result":
        """A figure with a bound of its own."""
        series = Series.of(values)
        return cls(target, what, unit, series, goal, series)

    @property
    def passed(self) -> bool:
        return self.goal.met_by(self.ratios.median)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON."""
        return {
            "target": self.target,
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours.as_dict(),
            "versus": self.versus,
            "theirs": self.theirs.as_dict() if self.theirs else None,
            "ratio": self.ratios.as_dict(),
            "goal": str(self.goal),
            "passed": self.passed,
        }


@dataclass(slots=True)
class Findings:
    """What a measurement found: lines of the table, and notes that belong beside them.

    notes: by name, e.g. processor time an event costs, or how many users ended wrong.
    """

    results: list[Result] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values is below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
