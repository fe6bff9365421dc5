"""Filters as queries: a table of bodies, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.search.filter_query import MAX_FILTERS, MAX_VALUES, Filters, InvalidFilter


def term(value: str) -> dict[str, Any]:
    return {"term": {"attributes": value}}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("blocked=true", {"terms": {"blocked": [True]}}),
        (
            "email=Ann@acme.com",
            {"term": {"email.keyword": {"value": "Ann@acme.com", "case_insensitive": True}}},
        ),
        ("nickname=Ann", {"terms": {"nickname.keyword": ["Ann"]}}),
        ("email.domain=acme.com", {"terms": {"email.domain": ["acme.com"]}}),
        ("connection=a,b", {"terms": {"identities.connection": ["a", "b"]}}),
        ("provider!=a", {"bool": {"must_not": [{"terms": {"identities.provider": ["a"]}}]}}),
        ("name^=Ann", {"prefix": {"name.folded": "Ann"}}),
        ('name~="ann smith"', {"match": {"name": {"query": "ann smith", "operator": "and"}}}),
        ("phone_number^=+44", {"prefix": {"phone_number.keyword": "+44"}}),
        ("logins_count>100", {"range": {"logins_count": {"gt": 100}}}),
        ("logins_count=-1", {"terms": {"logins_count": [-1]}}),
        (
            "last_login=2026-01-31",
            {"range": {"last_login": {"gte": "2026-01-31", "lte": "2026-01-31"}}},
        ),
        ("last_login<now-90d", {"range": {"last_login": {"lt": "now-90d"}}}),
        (
            "created_at>=2026-01-31T10:00:00+02:00",
            {"range": {"created_at": {"gte": "2026-01-31T10:00:00+02:00"}}},
        ),
        ("last_ip=10.1.2.3/8", {"terms": {"last_ip": ["10.0.0.0/8"]}}),
        ("last_ip=::ffff:10.1.2.3/104", {"terms": {"last_ip": ["10.0.0.0/8"]}}),
        ("last_ip=::ffff:0:0/96", {"terms": {"last_ip": ["0.0.0.0/0"]}}),
        ("present(email)", {"exists": {"field": "email.keyword"}}),
        ("missing(blocked)", {"bool": {"must_not": [{"exists": {"field": "blocked"}}]}}),
        ("present(picture)", {"exists": {"field": "picture"}}),
        ("app_metadata.plan=pro", term("app_metadata.plan=pro")),
        ("app_metadata=5", term("app_metadata=5")),
        (
            "app_metadata.plan!=pro,free",
            {
                "bool": {
                    "must_not": [
                        {
                            "bool": {
                                "should": [
                                    term("app_metadata.plan=pro"),
                                    term("app_metadata.plan=free"),
                                ]
                            }
                        }
                    ]
                }
            },
        ),
        ('"user_metadata.a=b"="c=d"', term("user_metadata.a\\=b=c\\=d")),
        ("app_metadata.plan^=pr", {"prefix": {"attributes": "app_metadata.plan=pr"}}),
        ("present(app_metadata.plan)", term("app_metadata.plan")),
        (
            "user_metadata.born>=1990-01-01",
            {
                "range": {
                    "attributes": {
                        "gte": "user_metadata.born=1990-01-01",
                        "lt": "user_metadata.born>",
                    }
                }
            },
        ),
        (
            "blocked=true or not missing(name)",
            {
                "bool": {
                    "should": [
                        {"terms": {"blocked": [True]}},
                        {
                            "bool": {
                                "must_not": [
                                    {"bool": {"must_not": [{"exists": {"field": "name.keyword"}}]}}
                                ]
                            }
                        },
                    ]
                }
            },
        ),
    ],
)
def test_filters_become_queries(text: str, query: dict[str, Any]) -> None:
    assert Filters([text]).queries == [query]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("now", "2026-03-31T10:00:00.500Z"),
        ("now-90s", "2026-03-31T09:58:30.500Z"),
        ("now-30d", "2026-03-01T10:00:00.500Z"),
        ("now-2w", "2026-03-17T10:00:00.500Z"),
        ("now-1M", "2026-02-28T10:00:00.500Z"),
        ("now-13M", "2025-02-28T10:00:00.500Z"),
        ("now-3M", "2025-12-31T10:00:00.500Z"),
        ("now-2y", "2024-03-31T10:00:00.500Z"),
        ("nowhere", "nowhere"),
    ],
)
def test_a_span_before_now_is_an_instant_to_metadata(written: str, meant: str) -> None:
    now = datetime(2026, 3, 31, 10, 0, 0, 500_400, UTC)
    query = Filters([f"app_metadata.end<{written}"], now=now).queries[0]
    assert query["range"]["attributes"]["lt"] == f"app_metadata.end={meant}"


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("nam=x", 1, "no field of this name at position 1; did you mean name?"),
        ("lastLogin>now-1d", 1, "did you mean last_login?"),
        ("plan=pro", 1, "metadata begins with app_metadata. or user_metadata."),
        ("a=1 or nam=x", 1, "no field"),
        ("blocked=true and logins_coun>5", 18, "no field"),
        ("search.ids=x", 1, "no field"),
        ("deleted_at=2026-01-01", 1, "no field"),
        ("app_metadatax.a=1", 1, "no field"),
        ("blocked=yes", 9, "true or false"),
        ("blocked>true", 8, "can't be compared by >"),
        ("name>a", 5, "can't be compared by >"),
        ("picture=x", 8, "present(…) or missing(…)"),
        ("logins_count=1.5", 14, "a whole number"),
        ("logins_count=9223372036854775808", 14, "a whole number"),
        ("last_login>yesterday", 12, "a date such as"),
        ("last_login>2026-02-30", 12, "a date such as"),
        ("last_login>2026-01-01T00:00:00", 12, "a date such as"),
        ("last_login>0001-01-01", 12, "a date such as"),
        ("last_login>now-99999y", 12, "at most 50 years"),
        ("event.time>now-18251d", 12, "at most 50 years"),
        ("event.time>now-2601w", 12, "at most 50 years"),
        ("event.time>now-601M", 12, "at most 50 years"),
        ("last_login>now/d", 12, "a date such as"),
        ("last_ip=10.0.0.256", 9, "an IP address"),
        ("last_ip=fe80::1%eth0", 9, "an IP address"),
        ("last_ip<10.0.0.0/8", 9, "an IP address without a network"),
        ("last_ip >= ::/0", 12, "an IP address without a network"),
        ("last_login>2026-01-01T00:00:00+18:01", 12, "a date such as"),
        ("last_login>2026-01-01T00:00:00-23:59", 12, "a date such as"),
        ("last_login>2026-01-01T00:00:00+19:00", 12, "a date such as"),
        ("last_login>2026-01-01T00:00:00+00:60", 12, "a date such as"),
        ("app_metadata.plan~=x", 1, "on metadata"),
        ("app_metadata.score>1e1", 20, "at most 15 digits"),
        ("app_metadata.score>1.5E-3", 20, "at most 15 digits"),
        ("app_metadata.score>=1234567890123456789", 21, "at most 15 digits"),
        ("app_metadata.score>12345678.12345678", 20, "at most 15 digits"),
        ("app_metadata.score<.5", 20, "at most 15 digits"),
        ("app_metadata.score<5.", 20, "at most 15 digits"),
        ("app_metadata.score<+5", 20, "at most 15 digits"),
        ("app_metadata.end<now-30x", 18, "a date such as"),
        ("app_metadata.end<now/d", 18, "a date such as"),
        ("app_metadata.end<now+7d", 18, "a date such as"),
        (f"app_metadata.{'x' * 500}>x", 1, "at most 512 characters"),
        (f"app_metadata.{'x' * 1_000}>5", 1, "at most 512 characters"),
        (f"app_metadata.{'.' * 480}>5", 1, "a shorter path"),
        ("logins_count>5,6", 16, "and, or, or the end"),
        (" or ".join(["app_metadata.n>5"] * 21), 401, "fewer values"),
        ("name=" + "x" * 1_025, 6, "at most 1024"),
        ("name=" + ",".join("x" * (MAX_VALUES + 1)), 1, "at most 200 values"),
        (f'name~="{"x " * (MAX_VALUES + 1)}"', 1, "at most 200 values"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_position(
    text: str, position: int, said: str
) -> None:
    with pytest.raises(InvalidFilter) as caught:
        Filters([text])
    assert said in str(caught.value) + caught.value.expected
    assert (caught.value.number, caught.value.position) == (1, position)


def test_the_number_of_filters_is_bounded_and_the_wrong_one_is_named() -> None:
    Filters(["blocked=true"] * MAX_FILTERS)
    with pytest.raises(InvalidFilter) as caught:
        Filters(["blocked=true"] * (MAX_FILTERS + 1))
    assert caught.value.number == MAX_FILTERS + 1


def test_values_are_counted_over_all_filters() -> None:
    half = "name=" + ",".join("x" * (MAX_VALUES // 2))
    Filters([half, half])
    with pytest.raises(InvalidFilter):
        Filters([half, half, "missing(email)"])


@pytest.mark.parametrize(
    ("text", "of_metadata"),
    [("blocked=true", False), ("not app_metadata.a=1", True), ("present(user_metadata)", True)],
)
def test_conditions_on_metadata_are_known_as_such(text: str, of_metadata: bool) -> None:
    assert Filters([text]).of_metadata is of_metadata
