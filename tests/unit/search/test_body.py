"""Parameters as request bodies: the whole of a plain one, and what each parameter adds."""

from typing import Any

import pytest

from service.search.body import COUNTED_TO, export_body, search_body
from service.search.cursor import Position
from service.search.parameters import Parameters, read_parameters

FRESH = Position([], forgiving=False)
PLAIN: dict[str, Any] = {
    "query": {"match_all": {}},
    "sort": [{"user_id": "asc"}],
    "size": 21,
    "track_total_hits": COUNTED_TO,
    "timeout": "2000ms",
}


def read(**parameters: str) -> Parameters:
    return read_parameters(parameters.items())


def body_of(**parameters: str) -> dict[str, Any]:
    return search_body(read(**parameters), FRESH, timeout_s=2)


def body_at(position: Position, **parameters: str) -> dict[str, Any]:
    return search_body(read(**parameters), position, timeout_s=2)


def test_without_anything_everybody_is_listed() -> None:
    assert body_of() == PLAIN


@pytest.mark.parametrize(
    ("parameters", "change"),
    [
        ({"q": ""}, {}),
        ({"limit": "5"}, {"size": 6}),
        ({"total": "exact"}, {"track_total_hits": True}),
        ({"total": "bounded"}, {}),
        ({"fields": "email,connection"}, {"_source": ["email", "identities.connection"]}),
        (
            {"sort": "-last_login,name"},
            {
                "sort": [
                    {"last_login": {"order": "desc", "missing": -(2**63)}},
                    {"name.folded": {"order": "asc", "missing": "_last"}},
                    {"user_id": "asc"},
                ]
            },
        ),
        ({"sort": "-user_id"}, {"sort": [{"user_id": {"order": "desc", "missing": "_last"}}]}),
        (
            {"sort": "event.time"},
            {
                "sort": [
                    {
                        "event.time": {
                            "order": "asc",
                            "missing": "_last",
                            "numeric_type": "date_nanos",
                        }
                    },
                    {"user_id": "asc"},
                ]
            },
        ),
        (
            {"facets": "blocked,name"},
            {
                "aggs": {
                    "blocked": {"terms": {"field": "blocked", "size": 20, "shard_size": 500}},
                    "name": {"terms": {"field": "name.keyword", "size": 20, "shard_size": 500}},
                }
            },
        ),
        (
            {"filter": "app_metadata.plan=pro"},
            {
                "query": {"bool": {"filter": [{"term": {"attributes": "app_metadata.plan=pro"}}]}},
                "docvalue_fields": ["attributes_truncated"],
            },
        ),
        ({"highlight": "true"}, {}),  # of nothing
    ],
)
def test_what_each_parameter_adds(parameters: dict[str, str], change: dict[str, Any]) -> None:
    assert body_of(**parameters) == PLAIN | change


def test_text_is_ranked_and_filters_do_not_score() -> None:
    body = body_of(q="ann", filter="blocked=true")
    assert body["sort"] == [{"_score": "desc"}, {"user_id": "asc"}]
    assert body["query"]["bool"]["filter"] == [{"terms": {"blocked": [True]}}]
    assert len(body["query"]["bool"]["must"]) == 1
    assert body_of(q="ann", sort="name")["sort"][0] == {
        "name.folded": {"order": "asc", "missing": "_last"}
    }


def test_typing_errors_are_looked_for_only_when_asked() -> None:
    strict = str(body_of(q="ann ann@acme.com @acme.com"))
    forgiving = str(body_at(Position([], forgiving=True), q="ann ann@acme.com @acme.com"))
    assert "fuzz" not in strict
    assert forgiving.count("fuzz") >= 3
    assert "fuzz" not in str(body_at(Position([], forgiving=True), q="x" * 65))


@pytest.mark.parametrize("q", ['a*"~/.*/', "name:x AND _exists_:y", "{}", "\\", "auth0|x"])
def test_what_is_typed_is_never_syntax(q: str) -> None:
    body = str(body_of(q=q, highlight="true"))
    for kind in ("query_string", "regexp", "wildcard", "script"):
        assert kind not in body


def test_a_page_begins_where_the_last_ended() -> None:
    assert body_at(Position([5, "auth0|a"], forgiving=False))["search_after"] == [5, "auth0|a"]


def test_an_export_reads_in_stored_order_and_leaves_out_the_deleted_itself() -> None:
    body = export_body(read(), forgiving=False, size=7, after=[3])
    assert body == {
        "query": {
            "bool": {
                "must": [{"match_all": {}}],
                "filter": [{"bool": {"must_not": [{"exists": {"field": "deleted_at"}}]}}],
            }
        },
        "sort": [{"_shard_doc": "asc"}],
        "size": 7,
        "track_total_hits": False,
        "search_after": [3],
    }
    assert export_body(read(sort="name"), forgiving=False, size=7, after=[])["sort"][-1] == {
        "user_id": "asc"
    }
