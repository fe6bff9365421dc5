"""Errors as RFC 9457 problem details, with stable types."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
from aiohttp import web

from service.journal.errors import JournalError

TYPES = "urn:user-sync:problem:"
CONTENT_TYPE = "application/problem+json"
_RETRY_AFTER_S = "2"


class Problem(Exception):
    """What the caller is told. kind: the type's stable last word; detail: what to do about it."""

    def __init__(self, status: int, kind: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers

    def response(self) -> web.Response:
        """The answer."""
        told = {
            "type": TYPES + self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return web.Response(
            status=self.status,
            body=orjson.dumps(told),
            content_type=CONTENT_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )


@web.middleware
async def tell_problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn errors into problem details; what isn't foreseen goes on to aiohttp's 500."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except JournalError as error:
        return Problem(
            503, "journal-unavailable", str(error), **{"Retry-After": _RETRY_AFTER_S}
        ).response()
    except web.HTTPRequestEntityTooLarge:
        return Problem(413, "too-large", "the request's body is too large").response()
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        return Problem(
            405, "method-not-allowed", f"allowed here: {allowed}", Allow=allowed
        ).response()
    except web.HTTPNotFound:
        return Problem(404, "not-found", "there is nothing at this address").response()
