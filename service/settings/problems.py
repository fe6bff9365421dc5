"""What can be wrong with settings, in words that say what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong variable. wrong: what is wrong; remedy: an example, or what was meant."""

    variable: str
    wrong: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.variable}: {self.wrong}" + (f"; {self.remedy}" if self.remedy else "")


class SettingsError(Exception):
    """Settings can't be used. Its text names every wrong variable; no secret is repeated."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(problems)
        title = "a setting is wrong:" if count == 1 else f"{count} settings are wrong:"
        super().__init__("\n  ".join([title, *map(str, problems)]))
