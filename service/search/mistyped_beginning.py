"""What begins as was typed but for one typing error. Pure.

A word that is mistyped while it is unfinished is neither near a whole word nor the beginning of
one, and the engine's fuzzy queries know only whole words: it is looked for by a regular expression.
"""

from collections.abc import Iterable
from typing import Final

from service.search.pattern import LONGEST, literal
from service.search.queries import Query
from service.search.query_text import folded_letters

# With fewer letters nearly anybody begins so.
_LEAST_CHARS: Final = 5
# The expression grows with the square.
_MOST_CHARS: Final = 30


def mistyped_beginning(typed: str, fields: Iterable[str]) -> Query | None:
    """A query for terms of one of the fields that begin so; None without a pattern."""
    pattern = beginning_pattern(typed, rest_of_it=".*")
    if pattern is None:
        return None
    return begins_like(pattern, fields)


def begins_like(pattern: str, fields: Iterable[str]) -> Query:
    """Who has a term in one of the fields that the expression matches."""
    how = {"value": pattern, "flags": "NONE"}
    return {"bool": {"should": [{"regexp": {field: how}} for field in fields]}}


def beginning_pattern(typed: str, *, rest_of_it: str = "") -> str | None:
    """What begins so, but for a letter too many, too few or wrong behind the first, or two of them
    in each other's place, as Lucene and Python read it. None for what is too short or long.

    rest_of_it: a pattern for what follows.
    """
    folded = folded_letters(typed)
    if not _LEAST_CHARS <= len(folded) <= _MOST_CHARS:
        return None
    pattern = one_error(folded, rest_of_it)
    return pattern if len(pattern) <= LONGEST else None


def one_error(typed: str, rest_of_it: str) -> str:
    """The pattern, whatever its length."""
    characters = [literal(character) for character in typed]
    pattern = rest_of_it
    for at in range(len(characters) - 2, 0, -1):
        this, following, rest = *characters[at : at + 2], "".join(characters[at + 2 :])
        # Without this one, with another in its place or before it, or with both in the other order.
        errors = f"((.{this}?)?{following}|{following}{this}){rest}{rest_of_it}"
        pattern = f"({this}{pattern}|{errors})"
    return "".join(characters[:1]) + pattern
