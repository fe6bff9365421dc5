"""The admin API's part of the OpenAPI 3.1 document that the search API serves."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from service.admin.requests import Replay, Selection
from service.doors.problems import CONTENT_TYPE, ProblemType

Json = dict[str, Any]

_REFERENCES: Final = "#/components/schemas/{model}"
_COUNT: Final[Json] = {"type": "integer", "minimum": 0}
_COUNTS: Final[Json] = {"type": "object", "additionalProperties": _COUNT}
_TIME: Final[Json] = {"type": "string", "format": "date-time"}
_SEQ: Final[Json] = {"type": "integer", "minimum": 1}
_TEXT: Final[Json] = {"type": "string"}
_MORE: Final[Json] = {
    "type": "boolean",
    "description": "whether the reason has others: ask again, with up_to of this answer",
}
_UP_TO: Final[Json] = {
    "type": ["integer", "null"],
    "description": "the largest number that this is about; null where there is none",
}


_PROBLEMS: Final = (
    ProblemType.INVALID_PARAMETER,
    ProblemType.INVALID_BODY,
    ProblemType.UNAUTHORIZED,
    ProblemType.NOT_FOUND,
    ProblemType.METHOD_NOT_ALLOWED,
    ProblemType.BODY_TOO_LARGE,
    ProblemType.INTERNAL,
    ProblemType.JOURNAL_UNAVAILABLE,
)


def admin_openapi() -> Json:
    """`paths` and `components`, for a document whose server is /api/v1 and that has
    ProblemDetails."""
    _, schemas = models_json_schema(
        [(Selection, "validation"), (Replay, "validation")], ref_template=_REFERENCES
    )
    return {
        "paths": {f"/admin{path}": operations for path, operations in _paths().items()},
        "components": {
            "schemas": {**schemas["$defs"], "DeadLetter": _dead_letter()},
            "securitySchemes": {"adminToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> Json:
    letter = {"$ref": _REFERENCES.format(model="DeadLetter")}
    page = _object(
        dead_letters={"type": "array", "items": letter},
        total=_COUNT,
        by_reason=_COUNTS,
        up_to=_UP_TO,
        next={"type": ["integer", "null"]},
    )
    replayed = _object(
        replayed=_COUNT, new_seqs=_TEXT, not_found={"type": "array"}, more=_MORE, up_to=_UP_TO
    )
    dropped = _object(dropped=_COUNT, not_found=_COUNT, more=_MORE, up_to=_UP_TO)
    fate = _object(
        events=_COUNT, waiting=_COUNT, dead_letters=_COUNTS, outcomes=_COUNTS, left=_COUNT
    )
    listed = [
        _parameter("reason", _TEXT),
        _parameter("after", {"type": "integer", "minimum": 0}),
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 1000}),
    ]
    one = [_parameter("seq", _SEQ, "path"), _parameter("body", {"enum": ["true", "false"]})]
    seqs = [{**_parameter("seqs", _TEXT), "required": True, "example": "17-40,52"}]
    return {
        "/status": {"get": _get("getStatus", "The service at this moment", {"type": "object"}, [])},
        "/dead-letters": {"get": _get("listDeadLetters", "A page, oldest first", page, listed)},
        "/dead-letters/{seq}": {
            "get": _get("getDeadLetter", "One; with body=true as received", letter, one)
        },
        "/dead-letters/replay": {
            "post": _post("replayDeadLetters", "Put back into the journal", replayed, "Replay")
        },
        "/dead-letters/drop": {
            "post": _post("dropDeadLetters", "Remove for good", dropped, "Selection")
        },
        "/replays": {"get": _get("getReplays", "What became of new_seqs", fate, seqs)},
    }


def _dead_letter() -> Json:
    parts = _object(
        seq=_SEQ,
        received=_TIME,
        failed=_TIME,
        reason=_TEXT,
        detail=_TEXT,
        attempts=_COUNT,
        type=_TEXT,
        size=_COUNT,
    )
    encoding = {"enum": ["utf-8", "base64"]}
    return {
        **parts,
        "properties": {**parts["properties"], "body": _TEXT, "body_encoding": encoding},
    }


def _get(name: str, summary: str, answer: Json, parameters: list[Json]) -> Json:
    return {**_operation(name, summary, answer), "parameters": parameters}


def _post(name: str, summary: str, answer: Json, model: str) -> Json:
    body = {"application/json": {"schema": {"$ref": _REFERENCES.format(model=model)}}}
    return {
        **_operation(name, summary, answer),
        "requestBody": {"required": True, "content": body},
    }


def _operation(name: str, summary: str, answer: Json) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"adminToken": []}],
        "responses": {
            "200": {
                "description": summary,
                "content": {"application/json": {"schema": answer}},
            },
            **{str(kind.status): _problem(kind) for kind in _PROBLEMS},
        },
    }


def _problem(kind: ProblemType) -> Json:
    schema = {"$ref": _REFERENCES.format(model="ProblemDetails")}
    return {"description": kind.title, "content": {CONTENT_TYPE: {"schema": schema}}}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _parameter(name: str, schema: Json, where: str = "query") -> Json:
    return {"name": name, "in": where, "schema": schema, "required": where == "path"}
