"""Marks where a user matches: in names by OpenSearch, in ids, addresses and phones here. Pure.

Names are matched by folded words, which only the engine's analysis finds again in the text; the
rest is matched by the characters as they stand. Marked values are HTML: all else is escaped.
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from service.search.query_text import QueryText, Word
from service.search.ranking import NAMES

_OPEN, _CLOSE = "<mark>", "</mark>"
# Beyond, a value is shown unmarked: a name of a megabyte would take the engine too long.
_MOST_CHARS: Final = 10_000
_LEAST_CHARS: Final = 2
_MARKED_HERE: Final = ("email", "user_id")


def highlight_request(text: QueryText, *, forgiving: bool) -> dict[str, Any]:
    """The `highlight` of a search request."""
    ways: list[dict[str, Any]] = []
    for word in text.words:
        ways.append(_names(word, type="bool_prefix"))
        if forgiving:
            ways.append(_names(word, fuzziness="AUTO", prefix_length=1))
    return {
        "fields": {name: {} for name in NAMES},
        "highlight_query": {"bool": {"should": ways}},
        "type": "unified",
        "number_of_fragments": 0,
        "encoder": "html",
        "pre_tags": [_OPEN],
        "post_tags": [_CLOSE],
        "max_analyzer_offset": _MOST_CHARS,
    }


def highlights(
    text: QueryText, source: Mapping[str, Any], found: Mapping[str, list[str]]
) -> dict[str, str]:
    """Marked values by field. found: what the engine marked of this user."""
    marked = {name: values[0] for name, values in found.items() if values}
    for name in _MARKED_HERE:
        value = source.get(name)
        if isinstance(value, str) and (one := _mark(text, value)) is not None:
            marked[name] = one
    phone = source.get("phone_number")
    if isinstance(phone, str) and (one := _mark_digits(text, phone)) is not None:
        marked["phone_number"] = one
    return marked


def _names(word: Word, **how: Any) -> dict[str, Any]:
    return {"multi_match": {"query": word.text, "fields": list(NAMES), "operator": "and", **how}}


def _mark(text: QueryText, value: str) -> str | None:
    parts = [word.text for word in text.words if len(word.text) >= _LEAST_CHARS]
    if not parts or len(value) > _MOST_CHARS:
        return None
    # The longest first, for of two that begin alike the expression takes the first.
    longest_first = sorted(set(parts), key=len, reverse=True)
    return _marked(re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE), value)


def _mark_digits(text: QueryText, value: str) -> str | None:
    wanted = {word.digits for word in text.words} | {text.digits}
    numbers = sorted((digits for digits in wanted if digits), key=len, reverse=True)
    if not numbers or len(value) > _MOST_CHARS:
        return None
    between = "[^0-9]*"
    pattern = "|".join(between.join(digits) for digits in numbers)
    return _marked(re.compile(pattern), value)


def _marked(pattern: re.Pattern[str], value: str) -> str | None:
    pieces: list[str] = []
    end = 0
    for match in pattern.finditer(value):
        pieces += [html.escape(value[end : match.start()]), _OPEN, html.escape(match[0]), _CLOSE]
        end = match.end()
    return "".join([*pieces, html.escape(value[end:])]) if end else None
