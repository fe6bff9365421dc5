"""The description says what the code does."""

from service.doors.problems import ProblemType
from service.search.openapi import openapi_document
from service.search.parameters import EXPORT_NAMES, NAMES

DOCUMENT = openapi_document()


def test_every_parameter_is_described() -> None:
    described = [one["name"] for one in DOCUMENT["paths"]["/users"]["get"]["parameters"]]
    assert tuple(described) == NAMES
    assert set(EXPORT_NAMES) < set(NAMES)


def test_every_problem_is_described() -> None:
    assert set(DOCUMENT["components"]["responses"]) == {kind.value[0] for kind in ProblemType}


def test_the_types_of_problems_are_stable() -> None:
    assert {kind.urn.rpartition(":")[2]: kind.status for kind in ProblemType} == {
        "invalid-parameter": 400,
        "invalid-filter": 400,
        "invalid-cursor": 400,
        "invalid-body": 400,
        "unauthorized": 401,
        "not-found": 404,
        "user-not-found": 404,
        "method-not-allowed": 405,
        "body-too-large": 413,
        "unsupported-media-type": 415,
        "internal": 500,
        "journal-unavailable": 503,
        "engine-unavailable": 503,
        "engine-slow": 503,
        "too-many-exports": 503,
    }


def test_references_lead_somewhere() -> None:
    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return here + [one for value in node.values() for one in references(value)]
        if isinstance(node, list):
            return [one for value in node for one in references(value)]
        return []

    for reference in references(DOCUMENT):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
