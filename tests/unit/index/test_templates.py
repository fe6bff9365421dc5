"""The template files: valid under any name, complete, and what the documents need."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from service.documents.fields import TYPED_FIELDS
from service.index.names import IndexNames
from service.index.templates import OWNER, PARTS, load_templates

DEFAULT = load_templates(IndexNames())
FILES = Path(__file__).parents[3] / "index_templates"


def fields(properties: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in properties.items():
        yield f"{prefix}{name}", definition
        for nested in ("properties", "fields"):
            yield from fields(definition.get(nested, {}), f"{prefix}{name}.")


MAPPED = dict(fields(DEFAULT.mappings()["properties"]))


def test_every_file_is_a_template_that_is_used() -> None:
    stems = {path.stem for path in FILES.glob("*.json")}
    assert stems == {"index-template", *(f"component-{part}" for part in PARTS)}


def test_the_files_stand_as_they_are_for_the_default_name() -> None:
    file = json.loads((FILES / "index-template.json").read_text(encoding="utf-8"))
    assert file == DEFAULT.index
    assert file["composed_of"] == list(DEFAULT.components)


def test_another_name_stands_wherever_a_name_does() -> None:
    templates = load_templates(IndexNames("people"))
    assert templates.index["index_patterns"] == ["people-0*"]
    assert templates.index["composed_of"] == [f"people-{part}" for part in PARTS]
    assert "auth0-users" not in json.dumps([templates.index, dict(templates.components)])


def test_what_a_caller_changes_is_not_what_the_next_one_gets() -> None:
    load_templates(IndexNames()).index["priority"] = 1
    assert load_templates(IndexNames()).index == DEFAULT.index


def test_every_template_says_whose_it_is_and_which_version() -> None:
    for template in (DEFAULT.index, *DEFAULT.components.values()):
        assert template["version"] >= 1
        assert template["_meta"]["managed_by"] == OWNER
        assert template["_meta"]["description"]
    assert DEFAULT.mappings()["_meta"]["managed_by"] == OWNER


def test_no_two_components_set_the_same() -> None:
    seen: set[str] = set()
    for component in DEFAULT.components.values():
        mappings = component["template"].get("mappings", {})
        own = {name for name, _ in fields(mappings.get("properties", {}))}
        assert not own & seen
        seen |= own


def test_one_shard_and_a_replica_where_there_is_a_second_node() -> None:
    index = DEFAULT.settings()["index"]
    assert (index["number_of_shards"], index["auto_expand_replicas"]) == ("1", "0-1")
    # Without an explicit interval, an index that nobody searched for a while stops refreshing.
    # Short would mean every refresh twice: serve asks for them itself, paced by what they cost.
    assert index["refresh_interval"] == "30s"
    # By default a refresh waits up to ten seconds for merges of the segments it found.
    assert index["merge_on_flush"] == {"enabled": "false"}


def test_the_mapping_is_strict_and_knows_every_field_of_a_document() -> None:
    assert DEFAULT.mappings()["dynamic"] == "strict"
    assert set(TYPED_FIELDS) <= set(MAPPED)
    own = "user_id identities app_metadata user_metadata attributes attributes_truncated"
    own += " unknown_fields misfit_fields event indexed_at deleted_at"
    top = {name for name in MAPPED if "." not in name}
    assert top == {*TYPED_FIELDS, *own.split(), "search"}
    assert below("identities.") == {
        "connection",
        "provider",
        "user_id",
        "isSocial",
        "profileData",
        "unknown_fields",
    }
    assert below("event.") == {"id", "type", "time", "stream", "tenant"}


def below(prefix: str) -> set[str]:
    return {name.removeprefix(prefix) for name in MAPPED if name.startswith(prefix)}


@pytest.mark.parametrize(
    "field",
    [
        "app_metadata",
        "user_metadata",
        "unknown_fields",
        "identities.profileData",
        "identities.unknown_fields",
    ],
)
def test_free_form_parts_are_stored_and_not_parsed(field: str) -> None:
    assert MAPPED[field] == {"type": "object", "enabled": False}


@pytest.mark.parametrize(
    "field", [name for name, f in MAPPED.items() if f.get("type") == "keyword"]
)
def test_no_keyword_can_exceed_a_terms_32766_bytes(field: str) -> None:
    assert MAPPED[field]["ignore_above"] <= 8191


def test_times_of_ours_must_be_valid_and_times_of_profiles_need_not() -> None:
    lenient = {name for name, f in MAPPED.items() if f.get("ignore_malformed")}
    strict = {"event.time", "indexed_at", "deleted_at"}
    assert lenient == {
        "created_at",
        "updated_at",
        "last_login",
        "last_password_reset",
        "last_ip",
        "logins_count",
    }
    assert all(MAPPED[name]["type"].startswith("date") for name in strict)


def test_every_analyser_named_is_defined_and_every_definition_used() -> None:
    analysis = DEFAULT.settings()["index"]["analysis"]
    named = {
        f[key]
        for f in MAPPED.values()
        for key in ("analyzer", "search_analyzer", "normalizer")
        if key in f
    }
    assert named == {*analysis["analyzer"], *analysis["normalizer"]}
    used = {
        filter_
        for definition in (*analysis["analyzer"].values(), *analysis["normalizer"].values())
        for filter_ in (*definition.get("filter", []), *definition.get("char_filter", []))
    }
    assert {*analysis["filter"], *analysis["char_filter"]} <= used
