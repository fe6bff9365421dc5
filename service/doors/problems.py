"""What an API's client is told when something is wrong: RFC 9457 problem details, stable types.

Details quote parameters at most, never a document, and no problem is ever logged with its detail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import orjson
from aiohttp import web

CONTENT_TYPE: Final = "application/problem+json"
_PREFIX: Final = "urn:auth0-opensearch-sync:problem:"


class ProblemType(Enum):
    """The name that ends the type's URN, the status, and the title."""

    INVALID_PARAMETER = ("invalid-parameter", 400, "A parameter can't be used")
    INVALID_FILTER = ("invalid-filter", 400, "A filter can't be understood")
    INVALID_CURSOR = ("invalid-cursor", 400, "The cursor can't be used")
    INVALID_BODY = ("invalid-body", 400, "The body can't be used")
    UNAUTHORIZED = ("unauthorized", 401, "A valid bearer token is needed")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    USER_NOT_FOUND = ("user-not-found", 404, "There is no such user")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This method is not possible here")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported-media-type", 415, "The body has to be JSON")
    INTERNAL = ("internal", 500, "Something is wrong with this service; its log says what")
    JOURNAL_UNAVAILABLE = ("journal-unavailable", 503, "The journal can't be used at the moment")
    ENGINE_UNAVAILABLE = ("engine-unavailable", 503, "OpenSearch can't answer at the moment")
    ENGINE_SLOW = ("engine-slow", 503, "OpenSearch took too long")
    TOO_MANY_EXPORTS = ("too-many-exports", 503, "As many exports run as may run at once")

    @property
    def urn(self) -> str:
        """The problem's `type`."""
        return _PREFIX + self.value[0]

    @property
    def status(self) -> int:
        """The HTTP status it comes with."""
        return self.value[1]

    @property
    def title(self) -> str:
        """The same words for every occurrence."""
        return self.value[2]


@dataclass(slots=True)
class Problem(Exception):
    """Ends a request. detail: what was wrong with this one, and what would be right.

    members: further members of the JSON object. headers: of the response.
    """

    type: ProblemType
    detail: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "type": self.type.urn,
            "title": self.type.title,
            "status": self.type.status,
            **({"detail": self.detail} if self.detail else {}),
            **self.members,
        }

    def response(self) -> web.Response:
        """The answer."""
        return web.Response(
            status=self.type.status,
            body=orjson.dumps(self.as_dict()),
            content_type=CONTENT_TYPE,
            headers=dict(self.headers),
        )


def invalid(parameter: str, detail: str) -> Problem:
    """A parameter that can't be used."""
    return Problem(ProblemType.INVALID_PARAMETER, detail, {"parameter": parameter})


def try_again(kind: ProblemType, *, after_s: int = 1) -> Problem:
    """A 503 that passes."""
    return Problem(kind, headers={"Retry-After": str(after_s)})
