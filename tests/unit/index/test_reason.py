"""OpenSearch's own words for a refusal."""

from typing import Any

import pytest
from opensearchpy.exceptions import AuthorizationException, TransportError

from service.index.reason import is_block, named, reason_of

BLOCKED = {"type": "cluster_block_exception", "reason": "index [users] blocked by: [FORBIDDEN]"}


def deleting_by_query(cause: Any) -> dict[str, Any]:
    return {"deleted": 0, "failures": [{"id": "auth0|1", "cause": cause, "status": 403}]}


@pytest.mark.parametrize("info", [{"error": BLOCKED}, deleting_by_query(BLOCKED)])
def test_a_block_is_told_of_the_request_and_of_what_it_was_to_do(info: Any) -> None:
    error = AuthorizationException(403, "status 403", info)
    assert is_block(error)
    assert named(error) == f"403: {BLOCKED['reason']}"


def test_what_may_name_a_user_is_not_quoted() -> None:
    cause = {"type": "unavailable_shards_exception", "reason": "containing [delete {auth0|1}]"}
    assert reason_of(TransportError(503, "status 503", deleting_by_query(cause))) == "status 503"


@pytest.mark.parametrize(
    "info",
    [None, "page", [], {}, {"failures": None}, {"failures": [None]}, deleting_by_query("no")],
)
def test_what_is_not_opensearchs_has_its_status(info: Any) -> None:
    error = AuthorizationException(403, "Forbidden", info)
    assert not is_block(error)
    assert named(error) == "403: Forbidden"


def test_an_error_without_a_reason_is_named_by_its_type() -> None:
    kind = "cluster_manager_not_discovered_exception"
    info = {"error": {"type": kind, "reason": None}, "status": 503}
    assert named(TransportError(503, kind, info)) == f"503: {kind}"


def test_no_answer_is_named_by_its_kind() -> None:
    assert named(TransportError("N/A", "refused", None)) == "TransportError"
