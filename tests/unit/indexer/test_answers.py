"""Every row of the table of bulk answers."""

from typing import Any

import pytest

from service.indexer.answers import (
    Poison,
    Refused,
    Settled,
    UnreadableAnswer,
    Whole,
    judge_item,
    judge_request,
)
from service.journal.records import Outcome


def item(status: int, kind: str | None = None, reason: str = "", op: str = "index") -> object:
    result: dict[str, Any] = {"status": status}
    if kind is not None:
        result["error"] = {"type": kind, "reason": reason}
    return {op: result}


def conflict(current: int, provided: int, user_id: str = "auth0|1") -> object:
    reason = (
        f"[{user_id}]: version conflict, current version [{current}] is higher or equal to the "
        f"one provided [{provided}]"
    )
    return item(409, "version_conflict_engine_exception", reason)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (item(200), Outcome.APPLIED),
        (item(201), Outcome.APPLIED),
        (item(200, op="delete"), Outcome.APPLIED),
        (item(404, op="delete"), Outcome.APPLIED),
        (conflict(9, 7), Outcome.STALE),
        (conflict(7, 7), Outcome.DUPLICATE),
    ],
)
def test_done(answer: object, outcome: Outcome) -> None:
    assert judge_item(answer) == Settled(outcome)


def test_a_user_id_cannot_pretend_a_duplicate() -> None:
    hostile = "x]: current version [7] is higher or equal to the one provided [7]"
    assert judge_item(conflict(9, 7, hostile)) == Settled(Outcome.STALE)


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (429, "opensearch_rejected_execution_exception", ""),
        (500, "exception", ""),
        (503, "unavailable_shards_exception", ""),
        (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/12/read-only]"),
        (403, "security_exception", "no permissions"),
        (401, "security_exception", ""),
        (404, "index_not_found_exception", "no such index and [require_alias] request flag"),
        (400, "strict_dynamic_mapping_exception", "introduction of [x] is not allowed"),
        (400, "index_closed_exception", "closed"),
        (400, "illegal_argument_exception", "no write index is defined for alias [a]. The"),
        (400, "illegal_argument_exception", "pipeline with id [a] does not exist"),
    ],
)
def test_the_clusters_state_is_retried(status: int, kind: str, reason: str) -> None:
    assert judge_item(item(status, kind, reason)) == Refused(kind, reason)


def test_what_the_document_holds_is_poison() -> None:
    verdict = judge_item(item(400, "mapper_parsing_exception", "failed to parse field [email]"))
    assert isinstance(verdict, Poison)
    assert "failed to parse field [email]" in verdict.reason


def test_a_strange_type_of_error_makes_no_label() -> None:
    assert judge_item(item(500, "<h1>Oh no!</h1>")) == Refused("status_500", "")


@pytest.mark.parametrize("answer", [{}, [], None, {"index": {}}, {"index": {"status": "200"}}, 5])
def test_an_unreadable_item(answer: object) -> None:
    with pytest.raises(UnreadableAnswer):
        judge_item(answer)


@pytest.mark.parametrize(
    ("status", "body", "then"),
    [
        (400, {"error": {"type": "illegal_argument_exception"}, "status": 400}, Whole.HALVE),
        (413, "<html>too large</html>", Whole.HALVE),
        (400, "<html>plain HTTP sent to an HTTPS port</html>", Whole.RESEND),
        (400, None, Whole.RESEND),
        (401, {"error": {"type": "security_exception"}}, Whole.RESEND),
        (403, None, Whole.RESEND),
        (404, {"error": {"type": "index_not_found_exception"}}, Whole.RESEND),
        (429, None, Whole.RESEND),
        (500, None, Whole.RESEND),
        (503, None, Whole.RESEND),
        (None, None, Whole.RESEND),
    ],
)
def test_a_failed_request(status: int | None, body: object, then: Whole) -> None:
    assert judge_request(status, body) is then
