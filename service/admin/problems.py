"""Errors as RFC 9457 problem details, with the same types and words as the search API's."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import orjson
from aiohttp import web

from service.journal.errors import JournalError

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
_PREFIX: Final = "urn:auth0-opensearch-sync:problem:"
_RETRY_AFTER_S: Final = 2


class ProblemType(Enum):
    """The name that ends the type's URN, the status, and the title."""

    INVALID_PARAMETER = ("invalid-parameter", 400, "A parameter can't be used")
    INVALID_BODY = ("invalid-body", 400, "The body can't be used")
    UNAUTHORIZED = ("unauthorized", 401, "A valid bearer token is needed")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This method is not possible here")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    INTERNAL = ("internal", 500, "Something is wrong with this service; its log says what")
    JOURNAL_UNAVAILABLE = ("journal-unavailable", 503, "The journal can't be used at the moment")


@dataclass(slots=True)
class Problem(Exception):
    """Ends a request. detail: what was wrong with this one, and what would be right."""

    type: ProblemType
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        """The answer."""
        name, status, title = self.type.value
        told = {"type": _PREFIX + name, "title": title, "status": status}
        if self.detail:
            told["detail"] = self.detail
        return web.Response(
            status=status,
            body=orjson.dumps(told),
            content_type=CONTENT_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )


@web.middleware
async def tell_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn whatever ends a request into problem details."""
    try:
        return await handler(request)
    except ConnectionError:  # whoever asked has gone
        raise
    except Exception as error:
        return _problem(error).response()


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case JournalError():
            retry = {"Retry-After": str(_RETRY_AFTER_S)}
            return Problem(ProblemType.JOURNAL_UNAVAILABLE, str(error), retry)
        case web.RequestPayloadError():
            detail = "it is not encoded as its Content-Encoding says"
            return Problem(ProblemType.INVALID_BODY, detail)
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return Problem(
                ProblemType.METHOD_NOT_ALLOWED, f"allowed: {allowed}", {"Allow": allowed}
            )
        case web.HTTPNotFound():
            return Problem(ProblemType.NOT_FOUND)
        case _:
            log.error(
                "a request to the admin API failed", exc_info=error, extra={"action": "fault"}
            )
            return Problem(ProblemType.INTERNAL)
