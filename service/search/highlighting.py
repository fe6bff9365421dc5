"""Marks where a user matches: the characters typed, or whole words that only folding finds. Pure.

What was typed is looked for here, without case and accents. Names match in more ways (other
scripts' foldings, typing errors), which only the engine's analysis finds again in the text: where
the typed characters don't stand at the place, the engine's whole word is marked.
Marked values are HTML: all else is escaped.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from service.search.query_text import TRUNK_PREFIX, QueryText, trimmed
from service.search.ranking import NAMES, in_names

_OPEN, _CLOSE = "<mark>", "</mark>"
# What the engine marks with: characters for private use (the engine trims control characters away);
# a text that has them itself is shown without the engine's marks.
_FROM, _TO = "\ue000", "\ue001"
# Beyond, a value is shown unmarked: a name of a megabyte would take the engine too long.
_MOST_CHARS: Final = 10_000
_LEAST_CHARS: Final = 2
_ANYWHERE: Final = ("email", "user_id")

_Span = tuple[int, int]


def highlight_request(text: QueryText, *, forgiving: bool) -> dict[str, Any]:
    """The `highlight` of a search request."""
    ways: list[dict[str, Any]] = []
    for word in text.words:
        name = trimmed(word.text)
        ways.append(in_names(name, type="bool_prefix"))
        if forgiving:
            ways.append(in_names(name, fuzziness="AUTO", prefix_length=1))
    return {
        "fields": {name: {} for name in NAMES},
        "highlight_query": {"bool": {"should": ways}},
        "type": "unified",
        "number_of_fragments": 0,
        "pre_tags": [_FROM],
        "post_tags": [_TO],
        "max_analyzer_offset": _MOST_CHARS,
    }


def highlights(
    text: QueryText, source: Mapping[str, Any], found: Mapping[str, list[str]]
) -> dict[str, str]:
    """Marked values by field. found: what the engine marked of this user."""
    typed = _typed(text)
    marked: dict[str, str | None] = {}
    for name in NAMES:
        value, engines = _read(source.get(name), found.get(name))
        marked[name] = _marked(value, _merged(_spans(typed, value, at_beginnings=True), engines))
    for name in _ANYWHERE:
        value = _short(source.get(name))
        marked[name] = _marked(value, _spans(typed, value, at_beginnings=False))
    phone = _short(source.get("phone_number"))
    marked["phone_number"] = _marked(phone, _digit_spans(text, phone))
    return {name: value for name, value in marked.items() if value is not None}


def _short(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _MOST_CHARS else ""


def _read(value: Any, found: list[str] | None) -> tuple[str, list[_Span]]:
    """The value, and where the engine marked it. value: of the document, absent when not shown."""
    if not found or (isinstance(value, str) and (_FROM in value or _TO in value)):
        return _short(value), []
    plain: list[str] = []
    spans: list[_Span] = []
    length = 0
    for number, piece in enumerate(re.split(f"[{_FROM}{_TO}]", found[0])):
        if number % 2:
            spans.append((length, length + len(piece)))
        plain.append(piece)
        length += len(piece)
    if isinstance(value, str) and value != "".join(plain):  # the engine drops control characters
        return _short(value), []
    return "".join(plain), spans


def _typed(text: QueryText) -> str:
    """An expression for the words typed; empty when they are too short."""
    words = (word.text if "@" in word.text else trimmed(word.text) for word in text.words)
    parts = {_folded(word) for word in words if len(word) >= _LEAST_CHARS}
    # The longest first, for of two that begin alike the expression takes the first.
    return "|".join(map(re.escape, sorted(parts, key=lambda part: (-len(part), part))))


def _folded(text: str) -> str:
    """Without case and accents, each character at the place it had."""
    return "".join(map(_folded_character, text))


def _folded_character(character: str) -> str:
    parts = unicodedata.normalize("NFD", character)
    # Syllables of Hangul and voiced kana are taken apart too, and are other letters without.
    if not all("\u0300" <= mark <= "\u036f" for mark in parts[1:]):
        return character
    bare = parts[0].lower()
    return bare if len(bare) == 1 else character


def _spans(typed: str, value: str, *, at_beginnings: bool) -> list[_Span]:
    if not typed or not value:
        return []
    pattern = rf"(?<![^\W_])(?:{typed})" if at_beginnings else typed
    return [match.span() for match in re.finditer(pattern, _folded(value))]


def _digit_spans(text: QueryText, value: str) -> list[_Span]:
    wanted = {word.digits for word in text.words} | {text.digits}
    numbers = sorted((digits for digits in wanted if digits), key=len, reverse=True)
    if not numbers:
        return []
    between = f"(?:[^0-9]|{TRUNK_PREFIX.pattern})*"
    pattern = "|".join(between.join(digits) for digits in numbers)
    return [match.span() for match in re.finditer(pattern, value)]


def _merged(typed: list[_Span], engines: Iterable[_Span]) -> list[_Span]:
    """The typed characters, and the engine's words that none of them lies in."""
    others = [
        (start, end)
        for start, end in engines
        if not any(first < end and start < last for first, last in typed)
    ]
    return sorted([*typed, *others])


def _marked(value: str, spans: list[_Span]) -> str | None:
    if not spans:
        return None
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces += [html.escape(value[end:start]), _OPEN, html.escape(value[start:stop]), _CLOSE]
        end = stop
    return "".join([*pieces, html.escape(value[end:])])
