"""Parameters to the body of a search request. Pure."""

from typing import Any, Final

from service.index.aliases import READERS_FILTER
from service.search.cursor import Position
from service.search.fields import Field, Kind
from service.search.highlighting import highlight_request
from service.search.parameters import Parameters, Sort
from service.search.ranking import matching

Body = dict[str, Any]

COUNTED_TO: Final = 1_000
"""A total beyond is only counted when `total=exact` asks for it: type-ahead doesn't wait for it."""

MAX_FACET_VALUES: Final = 20

VALUES_OF_A_SHARD: Final = 500
"""What each shard counts of a facet. A value that is frequent in one can be rare in another: of so
many each, nothing is missing unless a field has more values."""

_BY_ID: Final[Body] = {"user_id": "asc"}
# What `_last` stands for with a date. By its name, the engine takes a shard in which nobody has the
# date for one with nothing to add to a page, and its users are never met.
_NO_DATE: Final = {"asc": 2**63 - 1, "desc": -(2**63)}
# The order in which documents lie is read several times as fast as any other.
_AS_STORED: Final[Body] = {"_shard_doc": "asc"}


def search_body(parameters: Parameters, position: Position, *, timeout_s: float) -> Body:
    """A page after `position`, one user longer than asked for: whether there is a next is known."""
    body: Body = {
        "query": query(parameters, forgiving=position.forgiving),
        "sort": sort(parameters),
        "size": parameters.limit + 1,
        "track_total_hits": True if parameters.exact_total else COUNTED_TO,
        "timeout": milliseconds(timeout_s),
    }
    if position.after:
        body["search_after"] = position.after
    if parameters.fields:
        body["_source"] = list(parameters.fields)
    if parameters.facets:
        body["aggs"] = {field.name: _facet(field) for field in parameters.facets}
    if parameters.highlight and parameters.text is not None:
        body["highlight"] = highlight_request(parameters.text, forgiving=position.forgiving)
    if parameters.filters.of_metadata:
        body["docvalue_fields"] = ["attributes_truncated"]
    return body


def export_body(parameters: Parameters, *, forgiving: bool, size: int, after: list[Any]) -> Body:
    """A page of an export; the engine adds the point in time."""
    body: Body = {
        "query": {
            "bool": {
                "must": [query(parameters, forgiving=forgiving)],
                # That a point in time keeps the alias's own is promised nowhere.
                "filter": [READERS_FILTER],
            }
        },
        "sort": sort(parameters) if parameters.sorts else [_AS_STORED],
        "size": size,
        "track_total_hits": False,
    }
    if after:
        body["search_after"] = after
    if parameters.fields:
        body["_source"] = list(parameters.fields)
    return body


def query(parameters: Parameters, *, forgiving: bool) -> Body:
    """What matches, and how well. Without text nothing is scored."""
    filters = parameters.filters.queries
    if parameters.text is None:
        return {"bool": {"filter": filters}} if filters else {"match_all": {}}
    matched = matching(parameters.text, forgiving=forgiving)
    if filters:
        matched["bool"]["filter"] = filters
    return matched


def sort(parameters: Parameters) -> list[Body]:
    """An order without ties: it ends with the user_id, which nobody shares.

    By best match when something was typed, else by user_id, which never changes: a walk meets
    everybody once, whatever is written meanwhile.
    """
    order = [_level(level) for level in parameters.sorts]
    if not order and parameters.text is not None:
        order = [{"_score": "desc"}]
    if any(level.field.name == "user_id" for level in parameters.sorts):
        return order
    return [*order, dict(_BY_ID)]


def milliseconds(seconds: float) -> str:
    """A duration as OpenSearch reads it."""
    return f"{round(seconds * 1000)}ms"


def _level(level: Sort) -> Body:
    path = level.field.sort
    assert path is not None
    order = "desc" if level.descending else "asc"
    how: Body = {"order": order, "missing": "_last"}
    if level.field.name == "event.time":
        how["numeric_type"] = "date_nanos"
    elif level.field.kind is Kind.DATE:
        how["missing"] = _NO_DATE[order]
    return {path: how}


def _facet(field: Field) -> Body:
    counted = {"size": MAX_FACET_VALUES, "shard_size": VALUES_OF_A_SHARD}
    return {"terms": {"field": field.exact, **counted}}


def facet_value(field: Field, bucket: Body) -> object:
    """A bucket's key as the document has it."""
    if field.kind is Kind.BOOLEAN:
        return bucket["key_as_string"] == "true"
    return bucket["key"]
