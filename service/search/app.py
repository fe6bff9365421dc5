"""The search API as an aiohttp application, to be mounted at /api/v1 on the private door.

    authorise (401) ─▶ parameters (400) ─▶ engine (503) ─▶ answer, counted and timed

A request shows a search token or learns nothing, not even what there is. Query text is in no log.
No CORS headers: pages of other origins can't read answers.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final
from urllib.parse import unquote, unquote_to_bytes

import orjson
from aiohttp import hdrs, web
from pydantic import ValidationError

from service.doors.problems import Problem, ProblemType, invalid
from service.doors.secrets import bearer, encoded, is_one_of
from service.events.json_text import dump
from service.index.http import HttpConnection
from service.index.names import IndexNames
from service.observability.metrics import Metrics
from service.search.cursor import Cursors
from service.search.engine import Engine
from service.search.export import Exports
from service.search.listing import Listing
from service.search.lookup import Lookup
from service.search.models import LookupRequest
from service.search.openapi import openapi_document
from service.search.options import SearchOptions
from service.search.parameters import read_fields, read_parameters

log = logging.getLogger(__name__)

LONGEST_REQUEST_LINE: Final = 65_536
"""Bytes; aiohttp's own limit is 8,190, and a cursor through long names can be longer."""

_NDJSON = "application/x-ndjson"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_KIND: web.RequestKey[str] = web.RequestKey("kind", str)
_AS_PROBLEM = {
    404: ProblemType.NOT_FOUND,
    405: ProblemType.METHOD_NOT_ALLOWED,
    413: ProblemType.BODY_TOO_LARGE,
}


def search_app(
    connection: HttpConnection,
    names: IndexNames,
    options: SearchOptions,
    metrics: Metrics,
    *,
    described_too: Mapping[str, Any] | None = None,
) -> web.Application:
    """The application; mount it with `add_subapp`. Without tokens all it says is 404.

    connection: of its own, so that searches don't wait behind bulks; not closed here.
    described_too: OpenAPI paths and components of what is mounted beside it.
    """
    if not options.tokens:
        return _application(_off)
    api = _Api(connection, names, options, orjson.dumps(openapi_document(described_too)))
    app = _application(_guarded(options, metrics))
    app.router.add_get("/users", api.users)
    app.router.add_get("/users/{user_id:(?s:.+)}", api.user)  # line breaks as well
    app.router.add_post("/lookup", api.look_up)
    app.router.add_get("/openapi.json", api.openapi)
    return app


class BrokenOff(ConnectionError):
    """An answer that had begun can't be finished; its connection is closed."""


class _Api:
    """The four routes."""

    def __init__(
        self,
        connection: HttpConnection,
        names: IndexNames,
        options: SearchOptions,
        description: bytes,
    ) -> None:
        engine = Engine(connection, names, options)
        self._listing = Listing(engine, Cursors(options.tokens), options)
        self._lookup = Lookup(engine, options)
        self._exports = Exports(engine, options)
        self._stall_s = options.stall_s
        self._openapi = description

    async def users(self, request: web.Request) -> web.StreamResponse:
        if _NDJSON in request.headers.get(hdrs.ACCEPT, "").lower():
            return await self._export(request)
        begun = time.perf_counter()
        request[_KIND] = "search"
        parameters = read_parameters(_pairs(request))
        return _json(await self._listing.page(parameters), begun)

    async def user(self, request: web.Request) -> web.StreamResponse:
        request[_KIND] = "get"
        fields: tuple[str, ...] = ()
        for name, value in _pairs(request):
            if name != "fields" or fields:
                raise invalid(name[:100], "possible parameter: fields, once")
            fields = read_fields(value)
        version, user = await self._lookup.user(request.match_info["user_id"], fields)
        headers = {hdrs.ETAG: _etag(version, fields), hdrs.CACHE_CONTROL: "private, no-cache"}
        if _is_known(headers[hdrs.ETAG], request.headers.getall(hdrs.IF_NONE_MATCH, [])):
            return web.Response(status=304, headers=headers)
        return web.Response(body=dump(dict(user)), content_type="application/json", headers=headers)

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        request[_KIND] = "lookup"
        if request.query:
            raise invalid(next(iter(request.query))[:100], "a lookup has no parameters")
        if request.content_type != "application/json":
            raise Problem(
                ProblemType.UNSUPPORTED_MEDIA_TYPE, "its Content-Type has to be application/json"
            )
        try:
            body = await request.read()
        except web.RequestPayloadError:
            raise Problem(
                ProblemType.INVALID_BODY, "it is not encoded as its Content-Encoding says"
            ) from None
        return _json(await self._lookup.users(_lookup_request(body)), begun)

    async def openapi(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=self._openapi, content_type="application/json")

    async def _export(self, request: web.Request) -> web.StreamResponse:
        request[_KIND] = "export"
        parameters = read_parameters(_pairs(request), export=True)
        response = web.StreamResponse(headers={hdrs.CACHE_CONTROL: "no-store"})
        response.content_type = _NDJSON
        async with aclosing(self._exports.chunks(parameters)) as chunks:
            # The status waits for the first page: until then a problem can still be told.
            first = await anext(chunks, b"")
            await response.prepare(request)
            if request.method == hdrs.METH_HEAD:  # aiohttp would send what is written
                return response
            try:
                await self._write(response, first)
                async for chunk in chunks:
                    await self._write(response, chunk)
            except BaseException as error:
                _break_off(request)
                if isinstance(error, Problem | TimeoutError):
                    why = error.type.title if isinstance(error, Problem) else "nobody reads it"
                    log.warning(
                        "an export can't be finished: %s",
                        why,
                        extra={"action": "export_broken_off"},
                    )
                    raise BrokenOff from error
                raise
        await response.write_eof()
        return response

    async def _write(self, response: web.StreamResponse, chunk: bytes) -> None:
        async with asyncio.timeout(self._stall_s):
            await response.write(chunk)


def _application(middleware: Any) -> web.Application:
    return web.Application(middlewares=[middleware])


@web.middleware
async def _off(request: web.Request, handler: _Handler) -> web.StreamResponse:  # noqa: ARG001
    off = "the search API is off: USER_SYNC_SEARCH_TOKENS opens it"
    return Problem(ProblemType.NOT_FOUND, off).response()


def _guarded(options: SearchOptions, metrics: Metrics) -> Any:
    tokens = encoded(options.tokens)

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        begun = time.perf_counter()
        request[_KIND] = "other"
        outcome = "failed"
        try:
            _authorise(request, tokens)
            response = await handler(request)
            outcome = "ok"
        except Problem as problem:
            outcome = problem.type.value[0]
            response = problem.response()
        except web.HTTPException as refusal:
            kind = _AS_PROBLEM.get(refusal.status, ProblemType.NOT_FOUND)
            outcome = kind.value[0]
            allow = refusal.headers.get(hdrs.ALLOW)
            response = Problem(kind, headers={hdrs.ALLOW: allow} if allow else {}).response()
        except ConnectionError:  # the client went, or an export can't go on
            outcome = "broken_off"
            raise
        except Exception:
            log.exception("a search failed", extra={"action": "search_failed"})
            outcome = "internal"
            if request.transport is None or request.transport.is_closing():
                raise
            response = Problem(ProblemType.INTERNAL).response()
        finally:
            took = time.perf_counter() - begun
            metrics.searches.labels(request[_KIND], outcome).inc()
            metrics.search_seconds.labels(request[_KIND]).observe(took)
        return response

    return guard


def _authorise(request: web.Request, tokens: Sequence[bytes]) -> None:
    token = bearer(request.headers.getall(hdrs.AUTHORIZATION, ()))
    if token is None or not is_one_of(token, tokens):
        raise Problem(
            ProblemType.UNAUTHORIZED,
            headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="user-sync search"'},
        )


def _pairs(request: web.Request) -> Iterable[tuple[str, str]]:
    """Raises Problem when one isn't UTF-8: decoding would leave its %FF as it stands."""
    for pair in request.rel_url.raw_query_string.split("&"):
        try:
            unquote_to_bytes(pair).decode()
        except UnicodeError:
            raise invalid(unquote(pair.partition("=")[0])[:100], "it is not UTF-8") from None
    return request.query.items()


def _lookup_request(body: bytes) -> LookupRequest:
    try:
        return LookupRequest.model_validate_json(body)
    except ValidationError as error:
        errors = [
            {"pointer": "".join(f"/{part}" for part in one["loc"]), "detail": _detail(one)}
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise Problem(ProblemType.INVALID_BODY, members={"errors": errors[:20]}) from None


def _detail(error: Mapping[str, object]) -> str:
    if error["type"] == "extra_forbidden":
        return f"possible members: {', '.join(LookupRequest.model_fields)}"
    return str(error["msg"])


def _etag(version: int, fields: tuple[str, ...]) -> str:
    """Of the document's version; another for each choice of fields."""
    if not fields:
        return f'"{version}"'
    return f'"{version}-{hashlib.sha256(",".join(fields).encode()).hexdigest()[:8]}"'


def _is_known(etag: str, if_none_match: Sequence[str]) -> bool:
    known = [tag.strip().removeprefix("W/") for line in if_none_match for tag in line.split(",")]
    return etag in known or "*" in known


def _json(members: Mapping[str, Any], begun: float) -> web.Response:
    took_ms = round((time.perf_counter() - begun) * 1000, 1)
    return web.Response(
        body=dump({**members, "took_ms": took_ms}),
        content_type="application/json",
        headers={hdrs.CACHE_CONTROL: "no-store"},
    )


def _break_off(request: web.Request) -> None:
    """Close the connection without the last chunk: what was sent is not everything."""
    if isinstance(request.transport, asyncio.WriteTransport):
        request.transport.abort()
