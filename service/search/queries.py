"""What a query for users is made of. Pure."""

from typing import Any, Final

from service.documents.attributes import telling_token
from service.search.phone_number import is_whole
from service.search.query_text import written_forms

Query = dict[str, Any]

NAMES: Final = ("name", "given_name", "family_name", "nickname", "username")


def known_by(whole: str, digits: str | None) -> Query:
    """Whose id, address or number is the whole text, in the metadata too; digits: of a number."""
    fields = ("user_id", "email.folded", "identities.user_id", "phone_number.keyword")
    ids: list[Query] = [{"terms": {field: written_forms(whole)}} for field in fields]
    if tokens := telling_tokens(whole):
        ids.append({"terms": {"attributes": tokens}})
    if is_whole(digits):
        ids.append({"term": {"phone_number": digits}})
    provider, bar, identity = whole.partition("|")
    if bar:  # of an account that was linked to another
        parts = {"identities.provider": provider, "identities.user_id": identity}
        ids.append({"bool": {"filter": [{"term": {field: part}} for field, part in parts.items()]}})
    return any_of(ids)


def telling_tokens(text: str) -> list[str]:
    """Of a value in the metadata that may be the text, written with blanks or without."""
    tokens = map(telling_token, (text, text.replace(" ", "")))
    return list(dict.fromkeys(filter(None, tokens)))


def in_names(text: str, **how: Any) -> Query:
    """All words of a text in one of the names. how: of `multi_match`, or other fields."""
    return {"multi_match": {"query": text, "fields": list(NAMES), "operator": "and", **how}}


def email_words(text: str, **how: Any) -> Query:
    """All words of a text in the e-mail address. how: of `match`."""
    return {"match": {"email": {"query": text, "operator": "and", **how}}}


def any_of(queries: list[Query]) -> Query:
    """Who matches one of the queries, of which there is one at least."""
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def constant(query: Query, score: int) -> Query:
    """Who matches scores that much."""
    return {"constant_score": {"filter": query, "boost": score}}
