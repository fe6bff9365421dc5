"""What callers of the admin API may ask for; pure. A mistake is a Problem that says so."""

from collections.abc import Mapping
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.doors.problems import Problem, ProblemType

M = TypeVar("M", bound=BaseModel)

MOST_SEQS = 10_000
LARGEST_SEQ = 2**63 - 1

Seq = Annotated[int, Field(ge=1, le=LARGEST_SEQ)]
Reason = Annotated[str, Field(min_length=1, max_length=100)]


class Selection(BaseModel):
    """Dead letters by their numbers, or all of a reason.

    up_to: of a reason, those up to this number alone, `up_to` of the list that was read or of the
    answer before: what became a dead letter since is left.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seqs: Annotated[list[Seq], Field(min_length=1, max_length=MOST_SEQS)] | None = None
    reason: Reason | None = None
    up_to: Seq | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.seqs is None) == (self.reason is None):
            raise ValueError("give either seqs or reason")
        if self.up_to is not None and self.reason is None:
            raise ValueError("up_to goes with reason")
        return self


class Replay(Selection):
    """force: also index what is older than the tombstones' retention."""

    force: bool = False


class Page(BaseModel):
    """Which dead letters to list: those of a reason, after a number, at most so many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason | None = None
    after: Annotated[int, Field(ge=0, le=LARGEST_SEQ)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


def parse_body(model: type[M], text: bytes) -> M:
    """A JSON body. Raises Problem."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise _invalid(ProblemType.INVALID_BODY, error) from None


def parse_query(model: type[M], query: Mapping[str, str]) -> M:
    """A query string's parameters. Raises Problem."""
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise _invalid(ProblemType.INVALID_PARAMETER, error) from None


def _invalid(kind: ProblemType, error: ValidationError) -> Problem:
    """Where and what, without repeating the input."""
    told = "; ".join(
        f"{'.'.join(map(str, one['loc'])) or 'the request'}: "
        f"{one['msg'].removeprefix('Value error, ')}"
        for one in error.errors(include_url=False, include_input=False, include_context=False)[:5]
    )
    return Problem(kind, told)
