"""Whatever ends a request to the admin API, as a problem."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from service.doors.problems import Problem, ProblemType
from service.journal.errors import JournalError

log = logging.getLogger(__name__)

_RETRY_AFTER_S: Final = 2


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
        response = _problem(error).response()
        response.headers["Cache-Control"] = "no-store"
        return response


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case JournalError():
            retry = {"Retry-After": str(_RETRY_AFTER_S)}
            return Problem(ProblemType.JOURNAL_UNAVAILABLE, str(error), headers=retry)
        case web.RequestPayloadError():
            detail = "it is not encoded as its Content-Encoding says"
            return Problem(ProblemType.INVALID_BODY, detail)
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return Problem(
                ProblemType.METHOD_NOT_ALLOWED, f"allowed: {allowed}", headers={"Allow": allowed}
            )
        case web.HTTPNotFound():
            return Problem(ProblemType.NOT_FOUND)
        case _:
            log.error(
                "a request to the admin API failed", exc_info=error, extra={"action": "fault"}
            )
            return Problem(ProblemType.INTERNAL)
