"""What differs between mappings: what is added in place, and what needs a new index."""

from copy import deepcopy
from typing import Any

import pytest

from service.index.mapping_plan import MappingPlan, plan_mapping

ANALYSIS: dict[str, Any] = {
    "analyzer": {"words": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]}},
    "normalizer": {"folded": {"type": "custom", "filter": ["lowercase"]}},
    "filter": {"first": {"type": "limit", "max_token_count": "5"}},
}
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "name": {
            "type": "keyword",
            "ignore_above": 100,
            "copy_to": ["all"],
            "fields": {"folded": {"type": "keyword", "normalizer": "folded"}},
        },
        "event": {"properties": {"id": {"type": "keyword"}}},
        "all": {"type": "text", "analyzer": "words"},
    },
}


def plan(
    wanted: dict[str, Any],
    present: dict[str, Any],
    *,
    wanted_analysis: dict[str, Any] = ANALYSIS,
    present_analysis: dict[str, Any] = ANALYSIS,
) -> MappingPlan:
    return plan_mapping(
        wanted, present, wanted_analysis=wanted_analysis, present_analysis=present_analysis
    )


def changed(path: str, value: Any) -> dict[str, Any]:
    """MAPPING with the value at a dotted path within its properties; None removes it."""
    mapping = deepcopy(MAPPING)
    *parents, last = path.split(".")
    target = mapping["properties"]
    for parent in parents:
        target = target[parent]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return mapping


def differences(found: MappingPlan) -> list[str]:
    return [difference.what for difference in found.differences]


def test_the_same_needs_nothing() -> None:
    assert plan(MAPPING, deepcopy(MAPPING)) == MappingPlan()


def test_numbers_and_booleans_that_come_back_as_text_are_the_same() -> None:
    present = {**ANALYSIS, "filter": {"first": {"type": "limit", "max_token_count": 5}}}
    assert plan(MAPPING, MAPPING, present_analysis=present) == MappingPlan()


def test_what_is_there_besides_is_left_alone() -> None:
    present = changed("extra", {"type": "ip"})
    more = {**ANALYSIS, "analyzer": {**ANALYSIS["analyzer"], "own": {"type": "standard"}}}
    assert plan(MAPPING, present, present_analysis=more) == MappingPlan()


def test_a_new_field_is_added() -> None:
    found = plan(MAPPING, changed("all", None))
    assert found.patch == {"properties": {"all": MAPPING["properties"]["all"]}}
    assert [change.what for change in found.changes] == ["field all"]
    assert not found.differences


def test_a_new_field_of_an_object_is_added() -> None:
    wanted = changed("event.properties.type", {"type": "keyword"})
    found = plan(wanted, MAPPING)
    assert found.patch == {"properties": {"event": {"properties": {"type": {"type": "keyword"}}}}}
    assert [change.what for change in found.changes] == ["field event.type"]


def test_a_new_sub_field_is_added_with_its_field_as_it_is() -> None:
    wanted = changed("name.fields.raw", {"type": "keyword"})
    found = plan(wanted, MAPPING)
    assert found.patch["properties"]["name"] == {
        "type": "keyword",
        "ignore_above": 100,
        "copy_to": ["all"],
        "fields": {"raw": {"type": "keyword"}},
    }
    assert "written again" in str(found.changes[0])


def test_a_changeable_parameter_is_changed_and_the_others_kept() -> None:
    found = plan(changed("name.ignore_above", 200), MAPPING)
    assert found.patch["properties"]["name"] == {
        "type": "keyword",
        "ignore_above": 200,
        "copy_to": ["all"],
    }
    assert str(found.changes[0]) == "~ field name: ignore_above: 100 → 200"
    assert not found.differences


def test_a_changed_type_needs_a_new_index() -> None:
    found = plan(changed("event.properties.id", {"type": "long"}), MAPPING)
    assert [str(difference) for difference in found.differences] == [
        "~ field event.id: type: keyword → long"
    ]
    assert not found.patch


def test_a_parameter_only_one_side_has_is_a_difference() -> None:
    unindexed = {"type": "keyword", "index": False}
    assert differences(plan(changed("event.properties.id", unindexed), MAPPING)) == [
        "field event.id: index"
    ]
    assert differences(plan(MAPPING, changed("event.properties.id", unindexed))) == [
        "field event.id: index"
    ]


def test_a_changed_analyser_needs_a_new_index() -> None:
    wanted = deepcopy(ANALYSIS)
    wanted["analyzer"]["words"]["filter"].append("asciifolding")
    wanted["filter"]["first"]["max_token_count"] = "6"
    found = plan(MAPPING, MAPPING, wanted_analysis=wanted)
    assert differences(found) == ["analysis analyzer words", "analysis filter first"]


def test_a_field_whose_analyser_is_missing_needs_a_new_index() -> None:
    present = {**ANALYSIS, "analyzer": {}}
    found = plan(MAPPING, changed("all", None), present_analysis=present)
    assert differences(found) == ["analysis analyzer words", "field all"]
    assert not found.patch


def test_what_can_be_added_is_added_beside_what_cannot_be_changed() -> None:
    wanted = changed("new", {"type": "ip"})
    wanted["properties"]["event"]["properties"]["id"] = {"type": "long"}
    found = plan(wanted, MAPPING)
    assert found.patch == {"properties": {"new": {"type": "ip"}}}
    assert differences(found) == ["field event.id: type"]


def test_a_field_that_can_not_be_as_wanted_is_not_patched_at_all() -> None:
    """OpenSearch refuses an update of it that also holds what doesn't fit its type."""
    wanted = changed("event.properties.id", {"type": "long", "ignore_malformed": True})
    found = plan(wanted, MAPPING)
    assert differences(found) == ["field event.id: type", "field event.id: ignore_malformed"]
    assert (found.patch, found.changes) == ({}, [])


def test_a_sub_field_is_not_added_to_a_field_of_another_type() -> None:
    wanted = changed("name.fields.raw", {"type": "keyword"})
    wanted["properties"]["name"]["type"] = "text"
    found = plan(wanted, MAPPING)
    assert differences(found) == ["field name: type", "field name.raw"]
    assert not found.patch


def test_beside_a_sub_field_that_differs_another_is_added() -> None:
    wanted = changed("name.fields.raw", {"type": "keyword"})
    wanted["properties"]["name"]["fields"]["folded"] = {"type": "keyword"}
    found = plan(wanted, MAPPING)
    assert differences(found) == ["field name.folded: normalizer"]
    assert found.patch["properties"]["name"]["fields"] == {"raw": {"type": "keyword"}}


@pytest.mark.parametrize("copy_to", [["all"], "all"])
def test_a_copy_is_made_only_to_a_field_that_can_be_had(copy_to: list[str] | str) -> None:
    """To one that is missing, it would fail every document."""
    wanted = changed("name.copy_to", copy_to)
    wanted["properties"]["new"] = {"type": "keyword", "copy_to": copy_to}
    present = changed("name.copy_to", None)
    del present["properties"]["all"]
    found = plan(wanted, present, present_analysis={**ANALYSIS, "analyzer": {}})
    assert differences(found) == [
        "analysis analyzer words",
        "field name: copy_to",
        "field all",
        "field new",
    ]
    assert (found.patch, found.changes) == ({}, [])


def test_a_copy_is_made_to_a_field_of_the_same_update() -> None:
    present = changed("name.copy_to", None)
    del present["properties"]["all"]
    found = plan(MAPPING, present)
    assert found.patch["properties"].keys() == {"name", "all"}
    assert not found.differences


def test_built_in_analysers_are_there_always() -> None:
    wanted = changed("note", {"type": "text", "analyzer": "simple"})
    assert not plan(wanted, MAPPING).differences


def test_a_mapping_that_was_made_lenient_becomes_strict_again() -> None:
    found = plan(MAPPING, {**MAPPING, "dynamic": "true"})
    assert found.patch == {"dynamic": "strict"}
    assert str(found.changes[0]) == "~ mapping dynamic: true → strict"
