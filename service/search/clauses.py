"""What queries for users are made of. Pure."""

from typing import Any, Final

Query = dict[str, Any]

NAMES: Final = ("name", "given_name", "family_name", "nickname", "username")


def in_names(text: str, **how: Any) -> Query:
    """All words of a text in one of the names. how: of `multi_match`, or other fields."""
    return {"multi_match": {"query": text, "fields": list(NAMES), "operator": "and", **how}}


def email_words(text: str, **how: Any) -> Query:
    """All words of a text in the e-mail address. how: of `match`."""
    return {"match": {"email": {"query": text, "operator": "and", **how}}}


def any_of(queries: list[Query]) -> Query:
    """At least one; they are not empty."""
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def constant(query: Query, score: int) -> Query:
    """Whoever matches scores that much."""
    return {"constant_score": {"filter": query, "boost": score}}
