"""Which templates are written, kept, or refused."""

from typing import Any

import pytest

from service.index.errors import NameTaken, TemplateConflict
from service.index.names import IndexNames
from service.index.template_plan import check_rivals, plan_template
from service.index.templates import OWNER

NAMES = IndexNames()
WANTED: dict[str, Any] = {
    "version": 2,
    "_meta": {"managed_by": OWNER},
    "template": {"settings": {"index": {"number_of_shards": "1"}}, "mappings": {}},
}


def lines(present: dict[str, Any] | None) -> list[str]:
    return [str(change) for change in plan_template("component template", "a", WANTED, present)]


def test_a_missing_template_is_written() -> None:
    assert lines(None) == ["+ component template a: version 2"]


def test_the_same_template_is_left() -> None:
    settings = {"index": {"number_of_shards": 1}}
    assert not lines({**WANTED, "template": {"settings": settings, "mappings": {}}})


def test_an_older_one_is_updated_and_each_difference_named() -> None:
    settings = {"index": {"number_of_shards": "3", "codec": "default"}}
    assert lines({**WANTED, "version": 1, "template": {"settings": settings, "mappings": {}}}) == [
        "- component template a: template.settings.index.codec: default",
        "~ component template a: template.settings.index.number_of_shards: 3 → 1",
        "~ component template a: version: 1 → 2",
    ]


def test_a_newer_one_stays() -> None:
    assert not lines({**WANTED, "version": 3, "template": {}})


@pytest.mark.parametrize("meta", [{}, {"_meta": {}}, {"_meta": {"managed_by": "another"}}])
def test_a_strangers_is_refused(meta: dict[str, Any]) -> None:
    with pytest.raises(NameTaken, match="the component template a is not ours"):
        lines({"version": 1, "template": {}, **meta})


def rival(pattern: str, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    return [("theirs", {"index_patterns": ["nothing", pattern], **more})]


@pytest.mark.parametrize(("pattern", "priority"), [("auth0-*", 500), ("*", 501)])
def test_a_rival_template_is_refused(pattern: str, priority: int) -> None:
    with pytest.raises(TemplateConflict, match=r"theirs .*narrow its patterns"):
        check_rivals(NAMES, {"priority": 500}, rival(pattern, priority=priority))


@pytest.mark.parametrize(
    ("pattern", "more"),
    [("auth0-*", {}), ("*", {"priority": 499}), ("auth0-users-archive*", {"priority": 900})],
)
def test_templates_that_do_not_decide_over_ours_are_none_of_our_business(
    pattern: str, more: dict[str, Any]
) -> None:
    check_rivals(NAMES, {"priority": 500}, rival(pattern, **more))


def test_our_own_template_is_no_rival() -> None:
    check_rivals(
        NAMES,
        {"priority": 500},
        [(NAMES.template, {"index_patterns": [NAMES.pattern], "priority": 500})],
    )
