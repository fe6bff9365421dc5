"""The parameters of a search, read from a query string or refused. Pure.

Every name that isn't known is refused: a misspelt `filter` must not list everybody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from service.documents.profile import is_metadata
from service.doors.problems import Problem, ProblemType, invalid
from service.search.cursor import NO_CURSOR
from service.search.fields import FIELDS, PARTS, Field
from service.search.filter_query import Filters, InvalidFilter
from service.search.query_text import QueryText, TooMuchText, read_query_text

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 1_000
MAX_SORTS: Final = 3
MAX_FACETS: Final = 5
MAX_FIELDS: Final = 50
# Through three names of 1,024 characters, each escaped in JSON.
MAX_CURSOR_CHARS: Final = 26_000

REPEATABLE: Final = frozenset({"filter"})
NAMES: Final = (
    "q",
    "filter",
    "sort",
    "limit",
    "cursor",
    "fields",
    "facets",
    "highlight",
    "total",
)
# An export streams everybody that matches: what is about one page makes no sense there.
EXPORT_NAMES: Final = ("q", "filter", "sort", "fields")

_PATH: Final = re.compile(r'[^\s*?,"\\]{1,256}')


@dataclass(frozen=True, slots=True)
class Sort:
    """One level of an order."""

    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is searched, and what is shown of it."""

    text: QueryText | None = None
    filters: Filters = field(default_factory=lambda: Filters(()))
    sorts: tuple[Sort, ...] = ()
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    fields: tuple[str, ...] = ()
    facets: tuple[Field, ...] = ()
    highlight: bool = False
    exact_total: bool = False
    search: bytes = b""
    """What a cursor is bound to."""


def read_parameters(pairs: Iterable[tuple[str, str]], *, export: bool = False) -> Parameters:
    """From decoded name-value pairs. Raises Problem."""
    given = _collect(pairs, EXPORT_NAMES if export else NAMES)
    q, sort, filters = given.get("q", [""])[0], given.get("sort", [""])[0], given.get("filter", [])
    return Parameters(
        text=_text(q),
        filters=_filters(filters),
        sorts=tuple(_sorts(sort)) if "sort" in given else (),
        limit=_limit(given.get("limit", [str(DEFAULT_LIMIT)])[0]),
        cursor=_cursor(given["cursor"][0]) if "cursor" in given else None,
        fields=read_fields(given["fields"][0]) if "fields" in given else (),
        facets=tuple(_facets(given["facets"][0])) if "facets" in given else (),
        highlight=_switch("highlight", given["highlight"][0]) if "highlight" in given else False,
        exact_total=_exact(given["total"][0]) if "total" in given else False,
        search="\0".join([q, sort, *filters]).encode(),
    )


def read_fields(text: str) -> tuple[str, ...]:
    """`fields=`: paths of what to show. Raises Problem."""
    paths = _listed("fields", text, MAX_FIELDS)
    for path in paths:
        known = path in FIELDS or path in PARTS or path.startswith("unknown_fields.")
        if not (known or is_metadata(path)) or not _PATH.fullmatch(path):
            raise invalid("fields", f"no field of a user is called {path[:100]!r}")
    # Short names of filters, and what the index derives, are no fields of the document.
    shown = {"connection": "identities.connection", "provider": "identities.provider"}
    return tuple("email" if path == "email.domain" else shown.get(path, path) for path in paths)


def _collect(pairs: Iterable[tuple[str, str]], names: tuple[str, ...]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in names:
            of_what = " of an export" if names is EXPORT_NAMES else ""
            raise invalid(name[:100], f"possible parameters{of_what}: {', '.join(names)}")
        if name in given and name not in REPEATABLE:
            raise invalid(name, "it can be given once")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise invalid(name, "it is not UTF-8") from None
        given.setdefault(name, []).append(value)
    return given


def _text(q: str) -> QueryText | None:
    try:
        return read_query_text(q)
    except TooMuchText as error:
        raise invalid("q", str(error)) from None


def _filters(texts: list[str]) -> Filters:
    try:
        return Filters(texts)
    except InvalidFilter as error:
        raise Problem(
            ProblemType.INVALID_FILTER,
            str(error),
            {
                "parameter": "filter",
                "filter": error.number,
                "position": error.position,
                "expected": error.expected,
            },
        ) from None


def _sorts(text: str) -> Iterable[Sort]:
    seen: set[str] = set()
    for part in _listed("sort", text, MAX_SORTS):
        name = part.removeprefix("-")
        found = FIELDS.get(name)
        if found is None or found.sort is None:
            possible = ", ".join(name for name, one in FIELDS.items() if one.sort)
            raise invalid("sort", f"{name[:100]!r} is no field to sort by; possible: {possible}")
        if name in seen:
            raise invalid("sort", f"{name} is there twice")
        seen.add(name)
        yield Sort(found, part.startswith("-"))


def _limit(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise invalid("limit", f"it has to be a whole number from 1 to {MAX_LIMIT}")


def _cursor(text: str) -> str:
    if not text or len(text) > MAX_CURSOR_CHARS:
        raise Problem(ProblemType.INVALID_CURSOR, NO_CURSOR)
    return text


def _facets(text: str) -> Iterable[Field]:
    for name in _listed("facets", text, MAX_FACETS):
        found = FIELDS.get(name)
        if found is None or not found.facet:
            possible = ", ".join(name for name, one in FIELDS.items() if one.facet)
            raise invalid("facets", f"{name[:100]!r} can't be counted by; possible: {possible}")
        yield found


def _switch(name: str, text: str) -> bool:
    if text in {"true", "false"}:
        return text == "true"
    raise invalid(name, "it has to be true or false")


def _exact(text: str) -> bool:
    if text in {"exact", "bounded"}:
        return text == "exact"
    raise invalid("total", "it has to be exact or bounded")


def _listed(name: str, text: str, most: int) -> list[str]:
    parts = text.split(",")
    if len(parts) > most:
        raise invalid(name, f"at most {most} can be named")
    if not all(parts):
        raise invalid(name, "a name between the commas is missing")
    if len(set(parts)) < len(parts):
        raise invalid(name, "a name is there twice")
    return parts
