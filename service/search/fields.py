"""The fields of a user that filters, sorting, facets and `fields=` know, in one table. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from service.documents.profile import METADATA


class Kind(Enum):
    """What a field's values are, and so which comparisons there are."""

    TEXT = "text"
    KEYWORD = "keyword"
    DATE = "date"
    COUNT = "whole number"
    BOOLEAN = "true or false"
    IP = "IP address"
    STORED = "stored"  # present or missing, no more


@dataclass(frozen=True, slots=True)
class Field:
    """Where OpenSearch has it. path: of the field itself, where its words are.

    exact: for values compared whole; also facets. folded: with case and accents folded, for
    sorting and beginnings. sort: None where users can't be ordered by it. any_case: whether a
    value is the same in capitals.
    """

    name: str
    kind: Kind
    path: str
    exact: str
    folded: str
    sort: str | None
    facet: bool
    any_case: bool = False


def _text(name: str, *, folded: bool = True, any_case: bool = False) -> Field:
    exact = f"{name}.keyword"
    in_order = f"{name}.folded" if folded else exact
    return Field(name, Kind.TEXT, name, exact, in_order, in_order, True, any_case)


def _plain(
    name: str, kind: Kind = Kind.KEYWORD, *, path: str = "", sort: bool = True, facet: bool = True
) -> Field:
    at = path or name
    return Field(name, kind, at, at, at, at if sort else None, facet)


def _many(name: str, path: str, kind: Kind = Kind.KEYWORD) -> Field:
    """Of several values; which one would a user be ordered by?"""
    return _plain(name, kind, path=path, sort=False)


FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        _plain("user_id", facet=False),
        _text("email", any_case=True),
        _plain("email.domain"),
        _plain("email_verified", Kind.BOOLEAN),
        _text("username"),
        _text("name"),
        _text("given_name"),
        _text("family_name"),
        _text("nickname"),
        _text("phone_number", folded=False),
        _plain("phone_verified", Kind.BOOLEAN),
        _plain("picture", Kind.STORED, sort=False, facet=False),
        _plain("created_at", Kind.DATE, facet=False),
        _plain("updated_at", Kind.DATE, facet=False),
        _plain("last_login", Kind.DATE, facet=False),
        _plain("last_password_reset", Kind.DATE, facet=False),
        _plain("last_ip", Kind.IP),
        _plain("logins_count", Kind.COUNT),
        _plain("blocked", Kind.BOOLEAN),
        _many("multifactor", "multifactor"),
        _many("identities.connection", "identities.connection"),
        _many("identities.provider", "identities.provider"),
        _many("identities.user_id", "identities.user_id"),
        _many("identities.isSocial", "identities.isSocial", Kind.BOOLEAN),
        _many("connection", "identities.connection"),
        _many("provider", "identities.provider"),
        _plain("attributes_truncated", Kind.BOOLEAN),
        _many("misfit_fields", "misfit_fields"),
        _plain("event.id", sort=False, facet=False),
        _plain("event.type"),
        _plain("event.time", Kind.DATE, facet=False),
        _plain("event.stream"),
        _plain("event.tenant"),
        _plain("indexed_at", Kind.DATE, facet=False),
    )
}

# Parts of a document that `fields=` may name besides.
PARTS: Final = frozenset(
    {"identities", "identities.profileData", "event", "attributes", "unknown_fields", *METADATA}
)
