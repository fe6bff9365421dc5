"""Conditions on metadata, as queries on the tokens that stand in `attributes`. Pure.

A token holds path and value as one keyword, so every condition is one term or one narrow stretch
of terms, however many different keys the directory has. Ranges compare numbers when the value is a
number, and text otherwise, which orders dates as ISO 8601 writes them; `now-30d` is such a date.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from service.documents.attributes import MAX_TOKEN_CHARS, path_token, token
from service.search.filter_syntax import FilterError, Text
from service.search.filter_values import instant
from service.search.number_range import number_pattern
from service.search.pattern import LONGEST, literal

Query = dict[str, Any]

_FIELD: Final = "attributes"
_AFTER_EQUALS: Final = ">"  # the character after "=": no token of the path is beyond
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_MOST_DIGITS: Final = 15
# Compared as text, these would give wrong users and nobody would notice.
_LIKE_A_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_LIKE_A_SPAN: Final = re.compile(r"now([-+/].*)?", re.DOTALL)


def metadata_presence(path: Text) -> Query:
    """Something is at the path, null included."""
    return {"term": {_FIELD: path_token(path.text)}}


def metadata_comparison(path: Text, operator: str, value: Text, now: datetime) -> Query:
    """operator: = ^= < <= > >=. Raises FilterError."""
    if operator == "=":
        return {"term": {_FIELD: token(path.text, value.text)}}
    if operator == "^=":
        return {"prefix": {_FIELD: token(path.text, value.text)}}
    if operator == "~=":
        raise FilterError(path.position, "= != ^= < <= > >= on metadata")
    if len(path_token(path.text)) > MAX_TOKEN_CHARS:
        raise FilterError(path.position, f"a path of at most {MAX_TOKEN_CHARS} characters")
    if _LIKE_A_NUMBER.fullmatch(value.text):
        return _number_range(path, operator, value)
    text = instant(value, now) if _LIKE_A_SPAN.fullmatch(value.text) else value.text
    return {"range": {_FIELD: _text_range(path.text, operator, token(path.text, text))}}


def _number_range(path: Text, operator: str, value: Text) -> Query:
    number = value.text
    if not _NUMBER.fullmatch(number) or sum(map(str.isdigit, number)) > _MOST_DIGITS:
        raise FilterError(
            value.position, f"a number such as 18 or -3.5, of at most {_MOST_DIGITS} digits"
        )
    pattern = literal(token(path.text, "")) + number_pattern(operator, Decimal(number))
    if len(pattern) > LONGEST:
        raise FilterError(path.position, "a shorter path")
    return {"regexp": {_FIELD: {"value": pattern, "flags": "NONE"}}}


def _text_range(path: str, operator: str, whole: str) -> dict[str, str]:
    first = token(path, "")
    last = first.removesuffix("=") + _AFTER_EQUALS
    match operator:
        case "<":
            return {"gte": first, "lt": whole}
        case "<=":
            return {"gte": first, "lte": whole}
        case ">":
            return {"gt": whole, "lt": last}
        case _:
            return {"gte": whole, "lt": last}
