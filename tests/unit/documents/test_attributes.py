"""Tokens: what filters compare."""

import tracemalloc
from typing import Any

import pytest

from service.documents.attributes import (
    MAX_TOKEN_CHARS,
    MAX_TOKENS,
    Scalar,
    Survey,
    path_token,
    telling_token,
    token,
)
from service.events.json_value import JsonValue, Literal
from tests.unit.documents.making import profile_from, source_of


@pytest.mark.parametrize(
    ("metadata", "tokens"),
    [
        ({}, ["app_metadata"]),
        (
            {"plan": "pro"},
            ["app_metadata", "app_metadata.plan", "app_metadata.plan=pro"],
        ),
        (
            {"a": [1, "x", [2, {"b": None}], {"b": True}]},
            [
                "app_metadata",
                "app_metadata.a",
                "app_metadata.a=1",
                "app_metadata.a=x",
                "app_metadata.a=2",
                "app_metadata.a.b",
                "app_metadata.a.b=true",
                "app_metadata.a.b=null",
            ],
        ),
        ({"a": []}, ["app_metadata", "app_metadata.a"]),
        ({"a": ""}, ["app_metadata", "app_metadata.a", "app_metadata.a="]),
        ({"a": ["x", "x"]}, ["app_metadata", "app_metadata.a", "app_metadata.a=x"]),
        (
            {"https://acme.com/plan": False},
            [
                "app_metadata",
                "app_metadata.https://acme.com/plan",
                "app_metadata.https://acme.com/plan=false",
            ],
        ),
        (
            {"a=b": "c=d\\e"},
            ["app_metadata", "app_metadata.a\\=b", "app_metadata.a\\=b=c\\=d\\\\e"],
        ),
        ({"": {"": 1}}, ["app_metadata", "app_metadata.", "app_metadata..", "app_metadata..=1"]),
        ("gold", ["app_metadata", "app_metadata=gold"]),
        (["a", 1.5], ["app_metadata", "app_metadata=a", "app_metadata=1.5"]),
    ],
)
def test_tokens_of_metadata(metadata: Any, tokens: list[str]) -> None:
    source = source_of({"app_metadata": metadata})
    assert source["attributes"] == tokens
    assert "attributes_truncated" not in source


def test_both_kinds_of_metadata_have_tokens_whatever_order_they_came_in() -> None:
    profile: dict[str, JsonValue] = {"user_metadata": {"a": 1}, "app_metadata": {"a": 1}}
    tokens = source_of(profile)["attributes"]
    assert tokens == [
        "app_metadata",
        "app_metadata.a",
        "app_metadata.a=1",
        "user_metadata",
        "user_metadata.a",
        "user_metadata.a=1",
    ]


def test_no_metadata_no_attributes() -> None:
    assert source_of({"app_metadata": None, "other": {"a": 1}}) == {
        "unknown_fields": {"other": {"a": 1}}
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("plan", "pro"),
        ("a=b", "c=d"),
        ("a\\", "\\="),
        ("a.b", True),
        ("a.b", None),
        ("n", 5),
        ("n", 1e20),
        ("n", -0.5),
        ("n", Literal("123456789012345678901234567890")),
    ],
)
def test_the_search_builds_the_same_tokens(path: str, value: Scalar) -> None:
    tokens = source_of({"user_metadata": {path: value}})["attributes"]
    assert token(f"user_metadata.{path}", value) in tokens
    assert path_token(f"user_metadata.{path}") in tokens


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("K-48213", "k48213"),
        (4821377, "4821377"),
        (Literal("123456789012345678901234567890"), "123456789012345678901234567890"),
        ("+49 (0)30 5550-147", "490305550147"),
        ("Ann.Other@Home.Example", "ann.other@home.example"),
        ("24.12.1990", "24121990"),
        ("ßA_1x", "ssa1x"),
        ("7d9e6679-7425-40de-944b-e07fd1f90ae7", "7d9e6679742540de944be07fd1f90ae7"),
    ],
)
def test_a_value_that_may_tell_a_user_has_a_token_of_its_own(value: Scalar, known: str) -> None:
    tokens = source_of({"app_metadata": {"a": {"b": [value]}}})["attributes"]
    assert tokens[-1] == f"={known}" == telling_token(str(getattr(value, "text", value)))


@pytest.mark.parametrize(
    "value",
    [
        *("pro", "gold plan", "two 2 words", "a1", "1.0.3", "2026-01-01T10:00:00Z", "user@"),
        *("x" * 64 + "1", "-----1", 2026, 1.5, True, None),
    ],
)
def test_other_values_have_none(value: Scalar) -> None:
    tokens = source_of({"app_metadata": {"a": value}})["attributes"]
    assert not any(token.startswith("=") for token in tokens)


def test_telling_tokens_take_no_others_room() -> None:
    metadata: JsonValue = {"many": [f"number-{number}" for number in range(MAX_TOKENS - 12)]}
    source = source_of({"app_metadata": metadata})
    assert len(source["attributes"]) == MAX_TOKENS
    assert len([token for token in source["attributes"] if token.startswith("=")]) == 10
    assert "attributes_truncated" not in source


def test_a_token_reads_only_one_way() -> None:
    assert token("a", "b=c") != token("a=b", "c")
    assert token("a\\", "b") != path_token("a\\=b")
    assert path_token("a=b") != token("a", "b")


@pytest.mark.parametrize("text", ['{"a":1e400}', '{"a":%s}' % ("9" * 300), '{"a":NaN}'])
def test_numbers_only_known_as_text_have_tokens(text: str) -> None:
    source = source_of(profile_from(f'{{"app_metadata":{text}}}'))
    assert f"app_metadata.a={text[5:-1]}" in source["attributes"]


def test_long_values_and_paths_are_left_out_and_said_to_be() -> None:
    fits = "x" * (MAX_TOKEN_CHARS - len("app_metadata.a="))
    assert "attributes_truncated" not in source_of({"app_metadata": {"a": fits}})

    source = source_of({"app_metadata": {"a": fits + "x", "b": "=" * 300, "c" * 600: 1, "d": 1}})
    assert source["attributes"] == [
        "app_metadata",
        "app_metadata.a",
        "app_metadata.b",
        "app_metadata.d",
        "app_metadata.d=1",
    ]
    assert source["attributes_truncated"] is True


def test_the_shallowest_tokens_are_kept() -> None:
    metadata: dict[str, JsonValue] = {
        "many": {f"k{index}": index for index in range(5_000)},
        "plan": "pro",
    }
    source = source_of({"app_metadata": metadata, "user_metadata": {"lang": "en"}})
    assert len(source["attributes"]) == MAX_TOKENS + len(["user_metadata", "lang", "lang=en"])
    assert "app_metadata.plan=pro" in source["attributes"]
    assert "user_metadata.lang=en" in source["attributes"]
    assert source["attributes_truncated"] is True


BAD: dict[str, JsonValue] = {"b": [{"c": "\ud800"}]}
WIDE: dict[str, JsonValue] = {f"k{index}": index for index in range(2_000)}


@pytest.mark.parametrize(
    "metadata",
    [
        {**WIDE, "bad": "\ud800"},
        {**WIDE, "bad": BAD},
        {"bad": BAD, **WIDE},
        {"k" * 600: BAD},
    ],
)
def test_limits_are_checked_where_tokens_end(metadata: dict[str, JsonValue]) -> None:
    assert list(source_of({"app_metadata": metadata})["app_metadata"]) == ["json"]


def test_metadata_stored_as_text_still_has_tokens() -> None:
    deep = '{"plan":"pro","deep":' + '{"a":' * 2_000 + "1" + "}" * 2_002
    source = source_of(profile_from(f'{{"app_metadata":{deep[:-1]}}}'))
    assert list(source["app_metadata"]) == ["json"]
    assert "app_metadata.plan=pro" in source["attributes"]
    assert "app_metadata.deep.a.a.a" in source["attributes"]
    assert source["attributes_truncated"] is True


def test_what_utf8_cannot_hold_has_no_token() -> None:
    source = source_of({"app_metadata": {"a": "\ud800", "\udc00": 1, "b": 2}})
    assert source["attributes"] == [
        "app_metadata",
        "app_metadata.a",
        "app_metadata.b",
        "app_metadata.b=2",
    ]
    assert source["attributes_truncated"] is True


def test_keys_that_are_too_long_are_not_remembered() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for n in range(20):
            assert Survey("app_metadata", {f"{n}{'k' * 100_000}": 1}).cut
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000
