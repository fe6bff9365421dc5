"""Conditions on metadata, as queries on the tokens that stand in `attributes`. Pure.

A token holds path and value as one keyword, so every condition is one term or one narrow stretch
of terms, however many different keys the directory has. Ranges compare numbers when the value is a
number, and text otherwise, which orders dates as ISO 8601 writes them.
"""

import re
from typing import Any, Final

from service.documents.attributes import path_token, token
from service.search.filter_syntax import FilterError, Text
from service.search.number_range import number_pattern

Query = dict[str, Any]

_FIELD: Final = "attributes"
_LAST: Final = "\U0010ffff"
_AFTER_EQUALS: Final = ">"  # the character after "=": no token of the path is beyond
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}", re.ASCII)
# Of Lucene's regular expressions.
_SPECIAL: Final = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')


def metadata_presence(path: Text) -> Query:
    """Something is at the path, null included."""
    return {"term": {_FIELD: path_token(path.text)}}


def metadata_comparison(path: Text, operator: str, value: Text) -> Query:
    """operator: = ^= < <= > >=. Raises FilterError."""
    whole = token(path.text, value.text)
    if operator == "=":
        return {"term": {_FIELD: whole}}
    if operator == "^=":
        return {"prefix": {_FIELD: whole}}
    if operator == "~=":
        raise FilterError(path.position, "= != ^= < <= > >= on metadata")
    if _NUMBER.fullmatch(value.text):
        start = _SPECIAL.sub(r"\\\1", token(path.text, ""))
        pattern = start + number_pattern(operator, int(value.text))
        return {"regexp": {_FIELD: {"value": pattern, "flags": "NONE"}}}
    return {"range": {_FIELD: _text_range(path.text, operator, whole)}}


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
