"""What begins as was typed but for one typing error. Pure.

A word that is mistyped while it is unfinished is neither near a whole word nor the beginning of
one, and the engine's fuzzy queries know only whole words: it is looked for by a regular expression.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from service.search.query_text import folded_letters

Query = dict[str, Any]

# With fewer letters nearly anybody begins so.
_LEAST_CHARS: Final = 5
# The expression grows with the square; the longest has about 1,300 characters if each is escaped.
_MOST_CHARS: Final = 20
# What the engine takes of a regular expression (index.max_regex_length).
_LONGEST_PATTERN: Final = 1_000


def mistyped_beginning(typed: str, fields: Iterable[str]) -> Query | None:
    """A query for terms of one of the fields that begin so; None without a pattern."""
    pattern = beginning_pattern(typed)
    if pattern is None:
        return None
    how = {"value": f"{pattern}.*", "flags": "NONE"}
    return {"bool": {"should": [{"regexp": {field: how}} for field in fields]}}


def beginning_pattern(typed: str) -> str | None:
    """What begins so, but for a letter too many, too few or wrong behind the first, or two of them
    in each other's place, as Lucene and Python read it. None for what is too short or long."""
    folded = folded_letters(typed)
    pattern = one_error(folded)
    if not _LEAST_CHARS <= len(folded) <= _MOST_CHARS or len(pattern) >= _LONGEST_PATTERN - 1:
        return None
    return pattern


def one_error(typed: str) -> str:
    """The pattern, whatever its length."""
    characters = [re.sub(r"(\W)", r"\\\1", character) for character in typed]
    pattern = ""
    for at in range(len(characters) - 1, 0, -1):
        this, rest = characters[at], "".join(characters[at + 1 :])
        ways = [f"{this}{pattern}", f".?{rest}", f".{this}{rest}"]
        if rest:
            ways.append(f"{characters[at + 1]}{this}{''.join(characters[at + 2 :])}")
        pattern = f"({'|'.join(ways)})"
    return f"{''.join(characters[:1])}{pattern}"
