"""Marks where a user matches: the characters typed, or whole words that only folding finds. Pure.

What was typed is looked for here, without case and accents, and in names also written together or
apart. Names match in more ways (other scripts' foldings, typing errors), which only the engine's
analysis finds again in the text: where the typed characters don't stand at the place, the engine's
whole word is marked.
Marked values are HTML: all else is escaped.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from service.search.forgiving import ANOTHER_FIRST_LETTER
from service.search.mistyped_beginning import beginning_pattern
from service.search.phone_number import TRUNK_PREFIX
from service.search.queries import NAMES, in_names
from service.search.query_text import QueryText, Word, otherwise_spelt, trimmed
from service.search.short_names import also_called
from service.search.transliteration import otherwise_written

_OPEN, _CLOSE = "<mark>", "</mark>"
# What the engine marks with: characters for private use (the engine trims control characters away);
# a text that has them itself is shown without the engine's marks.
_FROM, _TO = "\ue000", "\ue001"
# Beyond, a value is shown unmarked: a name of a megabyte would take the engine too long.
_MOST_CHARS: Final = 10_000
# Of texts that are no names, expressions for what may be written otherwise take too long.
_MOST_OF_A_NAME: Final = 256
_LEAST_CHARS: Final = 2
# Fewer letters stand apart by chance.
_LEAST_APART: Final = 3
_MOST_TOGETHER: Final = 3
_ANYWHERE: Final = ("email", "user_id")

# Letters that the index keeps, and that are looked for here without their marks.
_FOLDED_FURTHER: Final = str.maketrans("йїў", "иіу")

_Span = tuple[int, int]


def highlight_request(text: QueryText, *, forgiving: bool) -> dict[str, Any]:
    """The `highlight` of a search request."""
    ways: list[dict[str, Any]] = []
    for word in text.words:
        name = trimmed(word.text)
        ways.append(in_names(name, type="bool_prefix"))
        if forgiving:
            ways.append(in_names(name, fuzziness="AUTO", prefix_length=1))
            ways.append(in_names(name, **ANOTHER_FIRST_LETTER))
        if word.owner:
            ways.append(in_names(word.owner))
        if other := otherwise_spelt(name):
            ways.append(in_names(other, **({"type": "bool_prefix"} if forgiving else {})))
    return {
        "fields": {name: {} for name in NAMES},
        "highlight_query": {"bool": {"should": ways}},
        "type": "unified",
        "number_of_fragments": 0,
        "pre_tags": [_FROM],
        "post_tags": [_TO],
        "max_analyzer_offset": _MOST_CHARS,
    }


class Highlighter:
    """Marks what was typed in the users of a page. forgiving: as in `ranking.matching`."""

    def __init__(self, text: QueryText, *, forgiving: bool) -> None:
        self._text = text
        typed = [
            (len(word), re.escape(_folded(word)))
            for word in ((one.text if "@" in one.text else trimmed(one.text)) for one in text.words)
            if len(word) >= _LEAST_CHARS
        ]
        self._anywhere = _either(typed)
        parted = _otherwise_parted(text.words, forgiving=forgiving)
        self._in_names = _beginning_words(_either([*typed, *parted]))
        otherwise = chain.from_iterable(map(_otherwise, text.words)) if forgiving else ()
        self._otherwise = _beginning_words("|".join(otherwise))

    def of(self, source: Mapping[str, Any], found: Mapping[str, list[str]]) -> dict[str, str]:
        """Marked values by field. found: what the engine marked of this user."""
        marked: dict[str, str | None] = {}
        for name in NAMES:
            value, engines = _read(source.get(name), found.get(name))
            spans = _merged(_spans(self._in_names, value), engines)
            otherwise = _spans(self._otherwise, value) if len(value) <= _MOST_OF_A_NAME else []
            marked[name] = _marked(value, _merged(spans, otherwise))
        for name in _ANYWHERE:
            value = _short(source.get(name))
            marked[name] = _marked(value, _spans(self._anywhere, value))
        phone = _short(source.get("phone_number"))
        marked["phone_number"] = _marked(phone, _digit_spans(self._text, phone))
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


def _otherwise_parted(words: Sequence[Word], *, forgiving: bool) -> Iterator[tuple[int, str]]:
    """Expressions, by length, for words whose letters stand apart in a name; and if forgiving, for
    those that stand together there, and for the beginnings of such names."""
    most, end = (_MOST_TOGETHER, "") if forgiving else (1, r"(?![^\W_])")
    for first in range(len(words)):
        for last in range(first, min(len(words), first + most)):
            run = words[first : last + 1]
            letters = [_folded(word.letters) for word in run]
            length = sum(map(len, letters))
            if length >= _LEAST_APART and not any("@" in word.text for word in run):
                # Between two words there is no mark: where one is, each is marked for itself.
                yield length, "".join(map(_parted, letters)) + end


def _otherwise(word: Word) -> Iterator[str]:
    """Expressions for a word with an error, a name for short, and other scripts."""
    if mistyped := beginning_pattern(word.letters):
        yield mistyped
    for name in also_called(word.letters):
        yield name + r"(?![^\W_])"
    for part in word.text.split("-"):
        for written in otherwise_written(trimmed(part)):
            yield written.translate(_FOLDED_FURTHER)


def _parted(letters: str) -> str:
    return r"[\W_]{0,2}".join(map(re.escape, letters))


def _either(ways: Iterable[tuple[int, str]]) -> str:
    """The longest first, for of two that begin alike an expression takes the first."""
    return "|".join(way for _, way in sorted({(-length, way) for length, way in ways}))


def _beginning_words(expression: str) -> str:
    return rf"(?<![^\W_])(?:{expression})" if expression else ""


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


def _spans(typed: str, value: str) -> list[_Span]:
    if not typed or not value:
        return []
    return [match.span() for match in re.finditer(typed, _folded(value))]


def _digit_spans(text: QueryText, value: str) -> list[_Span]:
    numbers = sorted(text.numbers, key=len, reverse=True)
    if not numbers:
        return []
    between = f"(?:[^0-9]|{TRUNK_PREFIX.pattern})*"
    pattern = "|".join(between.join(digits) for digits in numbers)
    return [match.span() for match in re.finditer(pattern, value)]


def _merged(spans: list[_Span], lesser: Iterable[_Span]) -> list[_Span]:
    """The first, as the typed characters; and of the lesser, as the engine's whole words, those
    that none of them lies in."""
    others = [
        (start, end)
        for start, end in lesser
        if not any(first < end and start < last for first, last in spans)
    ]
    return sorted([*spans, *others])


def _marked(value: str, spans: list[_Span]) -> str | None:
    if not spans:
        return None
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces += [html.escape(value[end:start]), _OPEN, html.escape(value[start:stop]), _CLOSE]
        end = stop
    return "".join([*pieces, html.escape(value[end:])])
