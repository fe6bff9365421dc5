"""What the index, its aliases and its templates are called: everything derives from one name.

Nobody else's index matches the template: the pattern asks for the digits that numbered indices
start with, so `auth0-users-archive` stays a stranger.
"""

from dataclasses import dataclass
from typing import Final

_MOST_DIGITS: Final = 18
"""A number of so many fits into 63 bits."""


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Names derived from `name`, which is also the readers' alias."""

    name: str = "auth0-users"

    @property
    def readers(self) -> str:
        """The alias to search: tombstones are filtered out."""
        return self.name

    @property
    def writers(self) -> str:
        """The alias to write through: one index, tombstones included."""
        return f"{self.name}-write"

    @property
    def first(self) -> str:
        """The index that bootstrap creates when there is none."""
        return self.numbered(1)

    def numbered(self, number: int) -> str:
        """An index of ours."""
        return f"{self.name}-{number:06}"

    @property
    def next(self) -> str:
        """The alias of an index that is being filled, to be used in place of the present one."""
        return f"{self.name}-next"

    @property
    def pattern(self) -> str:
        """The index template's pattern."""
        return f"{self.name}-0*"

    @property
    def template(self) -> str:
        """The index template."""
        return self.name

    def component(self, part: str) -> str:
        """The component template that holds `part`, such as `settings`."""
        return f"{self.name}-{part}"


def parts_of(index: str) -> tuple[str, int]:
    """Of an index's name, all but its number, and that; the whole and 0 where it has none."""
    stem, _, number = index.rpartition("-")
    if number.isdecimal() and len(number) <= _MOST_DIGITS:
        return stem, int(number)
    return index, 0
