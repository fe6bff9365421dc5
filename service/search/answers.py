"""OpenSearch's answers to ours. Pure.

Documents keep every number as it was stored, however large, which is why they are parsed by the
exact reader and no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from service.events.json_text import parse
from service.search.body import facet_value
from service.search.fields import Field
from service.search.highlighting import Highlighter
from service.search.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Found:
    """A page. users: documents. after: sort values of the last one, when there are more."""

    users: list[Mapping[str, Any]]
    total: int
    total_is_exact: bool
    after: list[Any] | None
    timed_out: bool
    extras: dict[str, Any] = field(default_factory=dict)


def read_page(answer: bytes, parameters: Parameters, *, forgiving: bool) -> Found:
    """The answer to a search_body. forgiving: as that was asked."""
    read = cast(dict[str, Any], parse(answer))
    hits = read["hits"]["hits"]
    shown = hits[: parameters.limit]
    total = read["hits"]["total"]
    extras: dict[str, Any] = {}
    if parameters.facets:
        extras["facets"] = _facets(read["aggregations"], parameters.facets)
    if parameters.highlight and parameters.text is not None:
        marks = Highlighter(parameters.text, forgiving=forgiving)
        extras["highlights"] = [marks.of(hit["_source"], hit.get("highlight", {})) for hit in shown]
    if parameters.filters.of_metadata:
        extras["uncertain"] = [
            hit["_id"] for hit in shown if hit.get("fields", {}).get("attributes_truncated")
        ]
    return Found(
        users=[hit["_source"] for hit in shown],
        total=total["value"],
        total_is_exact=total["relation"] == "eq",
        after=shown[-1]["sort"] if len(hits) > len(shown) else None,
        timed_out=read["timed_out"],
        extras=extras,
    )


def read_export_page(answer: bytes) -> tuple[list[Mapping[str, Any]], list[Any], bool]:
    """Documents, the sort values of the last one, and whether the search was cut short."""
    read = cast(dict[str, Any], parse(answer))
    hits = read["hits"]["hits"]
    return [hit["_source"] for hit in hits], hits[-1]["sort"] if hits else [], read["timed_out"]


def read_hits(answer: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Hits as they came, and whether the search was cut short."""
    read = cast(dict[str, Any], parse(answer))
    return read["hits"]["hits"], read["timed_out"]


@dataclass(frozen=True, slots=True)
class Document:
    """version: raised by every write."""

    version: int
    source: Mapping[str, Any]


def read_documents(answer: bytes) -> dict[str, Document] | str:
    """By id, those there are and that are not deleted; the error when some could not be read."""
    read = cast(dict[str, Any], parse(answer))
    for document in read["docs"]:
        if "error" in document:
            return str(document["error"]["type"])
    return {
        document["_id"]: Document(document["_version"], document["_source"])
        for document in read["docs"]
        if document.get("found") and "deleted_at" not in document["_source"]
    }


def _facets(aggregations: Mapping[str, Any], facets: Sequence[Field]) -> dict[str, Any]:
    return {
        field.name: {
            "values": [
                {"value": facet_value(field, bucket), "count": bucket["doc_count"]}
                for bucket in aggregations[field.name]["buckets"]
            ],
            "others": aggregations[field.name]["sum_other_doc_count"],
            "short_by": aggregations[field.name]["doc_count_error_upper_bound"],
        }
        for field in facets
    }
