"""The admin API's description fits its routes and the search API's document."""

from collections.abc import Iterator
from typing import Any, cast

from service.admin.app import admin_app
from service.admin.openapi import admin_openapi
from service.observability.health import Health
from service.observability.metrics import Metrics
from service.search.openapi import openapi_document

DOCUMENT = openapi_document(admin_openapi())


def references(value: Any) -> Iterator[str]:
    """Every $ref below value."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if name == "$ref":
            yield inner
        elif isinstance(inner, dict | list):
            yield from references(inner)


def test_every_route_is_described_and_no_other() -> None:
    app = admin_app(
        cast(Any, None), {"a": "b"}, lambda: Health(()), Metrics(), losses={}, now_us=lambda: 0
    )
    routes = {
        (f"/admin{resource.canonical}", route.method.lower())
        for resource in app.router.resources()
        for route in resource
        if route.method != "HEAD"
    }
    described = {(path, method) for path, one in admin_openapi()["paths"].items() for method in one}
    assert routes == described


def test_both_apis_are_in_one_document_whose_references_hold() -> None:
    assert {"/users", "/admin/status"} <= DOCUMENT["paths"].keys()
    assert {"token", "adminToken"} <= DOCUMENT["components"]["securitySchemes"].keys()
    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
