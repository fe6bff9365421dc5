"""The API's description in OpenAPI 3.1, from the same tables and models that the API works by."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from service import __version__
from service.doors.problems import CONTENT_TYPE, ProblemType
from service.search.fields import FIELDS, PARTS
from service.search.models import LookupAnswer, LookupRequest, ProblemDetails, User, UsersAnswer
from service.search.parameters import (
    DEFAULT_LIMIT,
    MAX_CURSOR_CHARS,
    MAX_FACETS,
    MAX_FIELDS,
    MAX_LIMIT,
    MAX_SORTS,
)

Json = dict[str, Any]

_SHOWN: Final[Json] = {
    "anyOf": [
        {"enum": sorted({*FIELDS, *PARTS})},
        {"type": "string", "pattern": r"^(app|user)_metadata\.[A-Za-z0-9_.:/-]{1,200}$"},
    ]
}
_REFERENCES: Final = "#/components/schemas/{model}"

FILTER_LANGUAGE: Final = """\
Conditions on fields; several `filter=` must all hold.

- `blocked=true`, `connection=google-oauth2,github` (any of them), `blocked!=true`
- `last_login>=2026-01-01`, `last_login<now-90d`, `logins_count>100`, `last_ip=10.0.0.0/8`
- `email=ann@acme.com`, whatever its case; other text exactly as it is written
- `name^=ann` begins with, case and accents folded; `name~="smith ann"` has these words
- `app_metadata.plan=pro`, `user_metadata.age>=18`, `app_metadata.https://acme.com/role^=adm`
- `present(last_login)`, `missing(user_metadata.locale)`
- `not`, `and`, `or` and brackets: `blocked=true or (logins_count=0 and not provider=auth0)`

What a user hasn't got equals nothing: `blocked=false` finds those alone of whom Auth0 says so, and
`blocked!=true` those of whom it says nothing, too.

Quote a value with blanks, brackets, commas or quotes, or that begins with an operator or a `'`:
`name="Ann Smith"`; in quotes, a backslash keeps a quote or a backslash.
"""


def openapi_document(also: Mapping[str, Any] | None = None) -> Json:
    """The whole document. also: paths and components of another API under the same server."""
    _, schemas = models_json_schema(
        [
            (User, "serialization"),
            (UsersAnswer, "serialization"),
            (LookupRequest, "validation"),
            (LookupAnswer, "serialization"),
            (ProblemDetails, "serialization"),
        ],
        ref_template=_REFERENCES,
    )
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "User search",
            "version": __version__,
            "description": "Users of an Auth0 tenant, as indexed by auth0-opensearch-sync.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/users": {"get": _search()},
            "/users/{user_id}": {"get": _user()},
            "/lookup": {"post": _lookup()},
            "/openapi.json": {"get": _openapi()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {kind.value[0]: _problem_response(kind) for kind in ProblemType},
        },
    }
    if also:
        document["paths"] |= also["paths"]
        for kind, parts in also["components"].items():
            document["components"][kind] |= parts
    return document


def _search() -> Json:
    sortable = [name for name, field in FIELDS.items() if field.sort]
    countable = [name for name, field in FIELDS.items() if field.facet]
    return {
        "operationId": "searchUsers",
        "summary": "Search users, or list all",
        "description": "As application/x-ndjson, streams everybody that matches, a user a line; "
        "then only q, filter, sort and fields are possible.",
        "parameters": [
            _query(
                "q",
                {"type": "string"},
                "What a person types: names, the beginning of names, an e-mail address or a part "
                "of it, @domain, a phone number, an id. At most 256 characters, 12 words and 60 "
                "parts of words, or characters of scripts without blanks; but for an id alone, and "
                "a text with whole addresses or ids in it, where these are searched for",
            ),
            _query("filter", _array({"type": "string"}), FILTER_LANGUAGE, explode=True),
            _query(
                "sort",
                _array({"enum": [*sortable, *(f"-{name}" for name in sortable)]}, most=MAX_SORTS),
                "Fields to sort by, - before a name for descending. By best match without it, and "
                "by user_id without q",
            ),
            _query(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
                "Users a page; fewer where they are large",
            ),
            _query(
                "cursor",
                {"type": "string", "minLength": 1, "maxLength": MAX_CURSOR_CHARS},
                "`next` of the page before; q, filter and sort stay the same. Without q, by "
                "user_id, each user comes once while users change; another order can miss or "
                "repeat some, where application/x-ndjson is as of one instant",
            ),
            _query("fields", _array(_SHOWN, most=MAX_FIELDS), "What to show of users"),
            _query(
                "facets",
                _array({"enum": countable}, most=MAX_FACETS),
                "Fields whose most frequent values to count",
            ),
            _query("highlight", {"type": "boolean", "default": False}, "Mark matches"),
            _query(
                "total",
                {"type": "string", "enum": ["exact", "bounded"], "default": "bounded"},
                "exact counts all matching users, otherwise counting stops at 1,000",
            ),
        ],
        "responses": {
            "200": {
                "description": "Users that match",
                "content": {
                    "application/json": {"schema": _reference("UsersAnswer")},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
            **_problems(
                ProblemType.INVALID_PARAMETER,
                ProblemType.UNAUTHORIZED,
                ProblemType.INTERNAL,
                ProblemType.ENGINE_UNAVAILABLE,
            ),
        },
    }


def _user() -> Json:
    return {
        "operationId": "getUser",
        "summary": "A user by id, as last written",
        "parameters": [
            {
                "name": "user_id",
                "in": "path",
                "required": True,
                "description": "percent-encoded",
                "schema": {"type": "string", "minLength": 1},
            },
            _query("fields", _array(_SHOWN, most=MAX_FIELDS), "What to show"),
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "An ETag that is known already",
                "schema": {"type": "string"},
            },
        ],
        "responses": {
            "200": {
                "description": "The user",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": _reference("User")}},
            },
            "304": {"description": "Nothing has changed since that ETag"},
            **_problems(
                ProblemType.INVALID_PARAMETER,
                ProblemType.UNAUTHORIZED,
                ProblemType.USER_NOT_FOUND,
                ProblemType.INTERNAL,
                ProblemType.ENGINE_UNAVAILABLE,
            ),
        },
    }


def _lookup() -> Json:
    return {
        "operationId": "lookUpUsers",
        "summary": "Many users by id or e-mail address",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _reference("LookupRequest")}},
        },
        "responses": {
            "200": {
                "description": "Those there are",
                "content": {"application/json": {"schema": _reference("LookupAnswer")}},
            },
            **_problems(
                ProblemType.INVALID_BODY,
                ProblemType.UNAUTHORIZED,
                ProblemType.BODY_TOO_LARGE,
                ProblemType.UNSUPPORTED_MEDIA_TYPE,
                ProblemType.INTERNAL,
                ProblemType.ENGINE_UNAVAILABLE,
            ),
        },
    }


def _openapi() -> Json:
    return {
        "operationId": "describe",
        "summary": "This document",
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_problems(ProblemType.UNAUTHORIZED),
        },
    }


def _query(name: str, schema: Json, description: str, *, explode: bool = False) -> Json:
    parameter: Json = {"name": name, "in": "query", "description": description, "schema": schema}
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": explode}
    return parameter


def _array(items: Json, *, most: int = 20) -> Json:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most, "uniqueItems": True}


def _problems(*kinds: ProblemType) -> Json:
    return {str(kind.status): {"$ref": f"#/components/responses/{kind.value[0]}"} for kind in kinds}


def _problem_response(kind: ProblemType) -> Json:
    response: Json = {
        "description": kind.title,
        "content": {CONTENT_TYPE: {"schema": _reference("ProblemDetails")}},
    }
    if kind.status == 503:
        response["headers"] = {
            "Retry-After": {"description": "seconds", "schema": {"type": "integer"}}
        }
    return response


def _reference(model: str) -> Json:
    return {"$ref": _REFERENCES.format(model=model)}
