"""What an element of a request is, in the receiver's eyes."""

import json
from typing import Any

import pytest

from service.events.json_text import parse
from service.events.json_value import Literal
from service.events.judgement import Judgement, Verdict, judge
from tests.unit.events.samples import MISSING, bent

HANDLED, UNKNOWN, TEST, MALFORMED = Verdict


@pytest.mark.parametrize(
    ("changes", "verdict", "label"),
    [
        ({}, HANDLED, "user.updated"),
        ({"type": "user.created"}, HANDLED, "user.created"),
        ({"type": "user.deleted"}, HANDLED, "user.deleted"),
        ({"data": MISSING, "time": 5, "id": None}, HANDLED, "user.updated"),
        ({"type": "organization.created"}, UNKNOWN, "other"),
        ({"type": "group.member.added"}, UNKNOWN, "other"),
        ({"type": "user.read"}, UNKNOWN, "other"),
        ({"type": ""}, UNKNOWN, "other"),
        ({"type": MISSING}, MALFORMED, "other"),
        ({"type": None}, MALFORMED, "other"),
        ({"type": 5}, MALFORMED, "other"),
        ({"type": ["user.created"]}, MALFORMED, "other"),
        ({"a0purpose": "test"}, TEST, "user.updated"),
        ({"a0purpose": "test", "type": "organization.created"}, TEST, "other"),
        ({"a0purpose": "test", "type": MISSING}, TEST, "other"),
        ({"a0purpose": "Test"}, HANDLED, "user.updated"),
        ({"a0purpose": True}, HANDLED, "user.updated"),
    ],
)
def test_events_are_judged(changes: dict[str, Any], verdict: Verdict, label: str) -> None:
    tenant = None if verdict is MALFORMED else "acme"
    assert judge(parse(bent(**changes))) == Judgement(verdict, label, tenant)


@pytest.mark.parametrize("element", [None, [], "user.created", 5, 1.5, True, Literal("NaN")])
def test_what_is_no_object_is_malformed(element: Any) -> None:
    assert judge(element) == Judgement(MALFORMED, "other", None)


@pytest.mark.parametrize("tenant", [None, "", 5, ["acme"], MISSING])
def test_an_odd_tenant_is_none(tenant: Any) -> None:
    assert judge(parse(bent(a0tenant=tenant))).tenant is None


@pytest.mark.parametrize("tenant", ["other", "\ud800"])
def test_a_string_names_a_tenant_whatever_it_holds(tenant: str) -> None:
    assert judge(json.loads(bent(a0tenant="acme")) | {"a0tenant": tenant}).tenant == tenant
