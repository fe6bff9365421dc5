"""A filter's tree to OpenSearch's query, each field by its kind. Pure, given the time.

What a person writes only ever becomes a value: paths come from the table of fields or become part
of a token, and the shapes of queries stand here. None of them is expensive by itself; their number
is bounded.
"""

import difflib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from service.documents.profile import is_metadata
from service.search.fields import FIELDS, Field, Kind
from service.search.filter_syntax import (
    Comparison,
    Either,
    Every,
    FilterError,
    Node,
    Not,
    Presence,
    Text,
    parse_filter,
)
from service.search.filter_values import boolean, count, ip, moment
from service.search.metadata_filter import metadata_comparison, metadata_presence
from service.search.pattern import LONGEST, in_any_case
from service.search.query_text import term_count

Query = dict[str, Any]

MAX_FILTERS: Final = 20
MAX_VALUES: Final = 200
"""Values compared with, of all filters together; a presence counts as one, each word of `~=` as a
value, a range on metadata as ten, for what it makes the engine do."""

_METADATA_RANGE: Final = 10

_RANGES: Final = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_MAX_VALUE_CHARS: Final = 1_024

_PARSERS: Final[dict[Kind, Callable[[Text], str | int | bool]]] = {
    Kind.DATE: moment,
    Kind.COUNT: count,
    Kind.BOOLEAN: boolean,
    Kind.IP: ip,
}
_OPERATORS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.TEXT: ("=", "!=", "^=", "~="),
    Kind.KEYWORD: ("=", "!=", "^="),
    Kind.DATE: ("=", "!=", *_RANGES),
    Kind.COUNT: ("=", "!=", *_RANGES),
    Kind.IP: ("=", "!=", *_RANGES),
    Kind.BOOLEAN: ("=", "!="),
    Kind.STORED: (),
}


class InvalidFilter(ValueError):
    """number: which filter, the first is 1. position and expected: as in FilterError."""

    def __init__(self, number: int, error: FilterError) -> None:
        super().__init__(str(error))
        self.number = number
        self.position = error.position
        self.expected = error.expected


class Filters:
    """queries: one for each filter; all must match. of_metadata: some look at metadata, and so may
    be wrong about users whose metadata was cut."""

    def __init__(self, texts: Sequence[str], *, now: datetime | None = None) -> None:
        """now: what it is on metadata, with a zone; by default the time. Raises InvalidFilter."""
        self.of_metadata = False
        self._values = 0
        self._now = now or datetime.now(UTC)
        self.queries: list[Query] = []
        for number, text in enumerate(texts, 1):
            try:
                self.queries.append(self._query(_parsed(number, text)))
            except FilterError as error:
                raise InvalidFilter(number, error) from None

    def _query(self, node: Node) -> Query:
        match node:
            case Every(nodes):
                return {"bool": {"filter": [self._query(inner) for inner in nodes]}}
            case Either(nodes):
                return {"bool": {"should": [self._query(inner) for inner in nodes]}}
            case Not(inner):
                return _not(self._query(inner))
            case Presence(path, present):
                self._count(1, path)
                found = self._presence(path)
                return found if present else _not(found)
            case Comparison():
                return self._comparison(node)

    def _count(self, values: int, at: Text) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise FilterError(
                at.position,
                "fewer values",
                f"there can be at most {MAX_VALUES} values in all, the words of ~= counted",
            )

    def _presence(self, path: Text) -> Query:
        if is_metadata(path.text):
            self.of_metadata = True
            return metadata_presence(path)
        return {"exists": {"field": _field(path).exact}}

    def _comparison(self, node: Comparison) -> Query:
        for value in node.values:
            if len(value.text) > _MAX_VALUE_CHARS:
                raise FilterError(
                    value.position, f"a value of at most {_MAX_VALUE_CHARS} characters"
                )
        if node.operator in _RANGES and len(node.values) > 1:
            raise FilterError(
                node.values[1].position, "and, or, or the end", "a range has one bound"
            )
        if is_metadata(node.path.text):
            self.of_metadata = True
            weight = _METADATA_RANGE if node.operator in _RANGES else len(node.values)
            self._count(weight, node.path)
            queries = [
                metadata_comparison(node.path, _positive(node.operator), value, self._now)
                for value in node.values
            ]
        else:
            words = node.operator == "~="
            self._count(
                sum(max(1, term_count(value.text)) if words else 1 for value in node.values),
                node.path,
            )
            queries = _field_comparison(_field(node.path), node)
        found = queries[0] if len(queries) == 1 else {"bool": {"should": queries}}
        return _not(found) if node.operator == "!=" else found


def _parsed(number: int, text: str) -> Node:
    if number > MAX_FILTERS:
        raise FilterError(1, "no more", f"there can be at most {MAX_FILTERS} filters")
    return parse_filter(text)


def _field(path: Text) -> Field:
    field = FIELDS.get(path.text)
    if field is None:
        close = difflib.get_close_matches(path.text.lower(), FIELDS, n=1)
        hint = (
            f"did you mean {close[0]}?"
            if close
            else "metadata begins with app_metadata. or user_metadata."
        )
        raise FilterError(
            path.position,
            f"one of {', '.join(FIELDS)}, or a path in app_metadata or user_metadata",
            f"there is no field of this name at position {path.position}; {hint}",
        )
    return field


def _field_comparison(field: Field, node: Comparison) -> list[Query]:
    possible = _OPERATORS[field.kind]
    if node.operator not in possible:
        expected = f"one of {' '.join(possible)}" if possible else "present(…) or missing(…)"
        raise FilterError(
            node.operator_position,
            expected,
            f"{field.name} is {field.kind.value} and can't be compared by {node.operator}; "
            f"possible: {expected}",
        )
    if field.kind is Kind.IP and node.operator in _RANGES and "/" in node.values[0].text:
        raise FilterError(node.values[0].position, "an IP address without a network")
    parse = _PARSERS.get(field.kind)
    values = [value.text if parse is None else parse(value) for value in node.values]
    match _positive(node.operator):
        case "=" if field.kind is Kind.DATE:  # a date without a time is the whole day
            return [{"range": {field.path: {"gte": value, "lte": value}}} for value in values]
        case "=" if field.any_case:
            return [_in_any_case(field, value.text) for value in node.values]
        case "=":
            return [{"terms": {field.exact: values}}]
        case "^=":
            return [{"prefix": {field.folded: value}} for value in values]
        case "~=":
            return [
                {"match": {field.path: {"query": value, "operator": "and"}}} for value in values
            ]
        case operator:
            return [{"range": {field.path: {_RANGES[operator]: value}}} for value in values]


def _in_any_case(field: Field, text: str) -> Query:
    """But with its accents: another address may be another person's."""
    ignoring = {"case_insensitive": True}  # of ASCII letters
    pattern = "" if text.isascii() else in_any_case(text)
    if 0 < len(pattern) <= LONGEST:
        return {"regexp": {field.exact: {"value": pattern, "flags": "NONE", **ignoring}}}
    return {"term": {field.exact: {"value": text, **ignoring}}}


def _positive(operator: str) -> str:
    return "=" if operator == "!=" else operator


def _not(query: Query) -> Query:
    return {"bool": {"must_not": [query]}}
