"""The API's bodies as models: what a lookup takes is checked by them, all of them describe it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

MAX_LOOKUP = 1_000

_UserId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=512)]
_Email = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1_024)]
_Path = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=256)]


class LookupRequest(BaseModel):
    """At most 1,000 ids and e-mail addresses together, at least one."""

    model_config = ConfigDict(extra="forbid")

    ids: list[_UserId] = Field(default=[], max_length=MAX_LOOKUP, description="user ids")
    emails: list[_Email] = Field(
        default=[],
        max_length=MAX_LOOKUP,
        description="e-mail addresses, whole; case doesn't matter; several users may have one",
    )
    fields: list[_Path] = Field(
        default=[],
        max_length=50,
        description="what to show of each user, besides user_id and email; all when empty",
    )

    @model_validator(mode="after")
    def _bounded(self) -> "LookupRequest":
        if not 1 <= len(self.ids) + len(self.emails) <= MAX_LOOKUP:
            raise ValueError(f"from 1 to {MAX_LOOKUP} ids and e-mail addresses can be looked up")
        return self


class User(BaseModel):
    """A user as indexed: the Auth0 profile, and what the index adds."""

    model_config = ConfigDict(extra="allow")

    user_id: str = Field(default="", description="only absent when `fields` leaves it out")


class Total(BaseModel):
    """How many users match."""

    value: int = Field(ge=0)
    relation: Literal["eq", "gte"] = Field(description="gte: at least that many")


class FacetValue(BaseModel):
    """A value and how many of the matching users have it."""

    value: JsonValue
    count: int = Field(ge=0)


class Facet(BaseModel):
    """The most frequent values of a field."""

    values: list[FacetValue]
    others: int = Field(ge=0, description="how often other values occur")
    short_by: int = Field(
        ge=0,
        description="0: counts are exact. In an index of several shards, of a field with over "
        "500 values, a count may be too low by so many",
    )


class UsersAnswer(BaseModel):
    """A page of users."""

    users: list[User]
    total: Total
    next: str | None = Field(description="the cursor of the next page; null after the last user")
    took_ms: float = Field(ge=0)
    forgiving: bool = Field(
        description="nobody matched as typed: these users match with typing errors"
    )
    facets: dict[str, Facet] | None = Field(default=None, description="when asked for")
    highlights: list[dict[str, str]] | None = Field(
        default=None,
        description="for each user of the page, its matching fields as HTML with the matches in "
        "<mark>; when asked for",
    )
    uncertain: list[str] | None = Field(
        default=None,
        description="with filters on metadata: the users of the page whose metadata was cut in the "
        "index (attributes_truncated), about whom such a filter can be wrong",
    )


class Missing(BaseModel):
    """What was looked up and not found."""

    ids: list[str]
    emails: list[str]


class LookupAnswer(BaseModel):
    """The users that there are."""

    users: list[User]
    missing: Missing
    took_ms: float = Field(ge=0)


class ProblemDetails(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="stable; decide by it")
    title: str
    status: int
    detail: str | None = Field(default=None, description="for people; wording may change")
    parameter: str | None = None
    filter: int | None = Field(default=None, description="which filter, the first is 1")
    position: int | None = Field(default=None, description="in that filter, the first is 1")
    expected: str | None = Field(default=None, description="what could stand at the position")
    errors: list[dict[str, Any]] | None = Field(default=None, description="of a body")
