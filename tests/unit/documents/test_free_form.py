"""Metadata, profileData and unknown fields: as they are within the limits, else as JSON text."""

from typing import Any

import pytest

from service.documents import free_form
from service.documents.free_form import as_text, within_limits
from service.documents.unknown_fields import MAX_MISFITS
from service.events.json_text import parse
from service.events.json_value import JsonValue, Literal
from tests.unit.documents.making import profile_from, source_of


def nested(levels: int, *, arrays: bool = False) -> str:
    """A value of that many levels, as JSON text."""
    opening, closing = ("[", "]") if arrays else ('{"a":', "}")
    return opening * levels + "1" + closing * levels


WITHIN = [
    "{}",
    nested(200),
    '{"a":' + nested(199, arrays=True) + "}",
    '{"%s":1}' % ("k" * 1000),
    '{"":1,".":2,"a..b":3," ":4,"\\u0000":5,"=":6}',
    '{"a":%s}' % ("9" * 100),
    '{"a":-%s}' % ("9" * 100),
    '{"a":"\\u0000"}',
    '{"a":"%s"}' % ("x" * 40_000),
    '{"a":[-0.0,1e-400,1.5e308,18446744073709551615,null,true]}',
    '{"a":[[[]]],"b":[{"c":[{}]}]}',
    '{"a":"😀\\ud83d\\ude00"}',
]
BEYOND = [
    nested(201),
    nested(2000),
    '{"a":' + nested(200, arrays=True) + "}",
    '{"%s":1}' % ("k" * 1001),
    '{"a":%s}' % ("9" * 101),
    '{"a":1e400}',
    '{"a":-1e400}',
    '{"a":[{"b":NaN}]}',
    '{"a":Infinity}',
    '{"a":0.%s}' % ("1" * 101),
    '{"a":"\\ud800"}',
    '{"a":["ok",["\\udc00\\ud800"]]}',
    '{"\\ud800":1}',
    '"a string"',
    '""',
    "5",
    "true",
    "[]",
    '[{"a":1}]',
    "1" * 30,
]


@pytest.mark.parametrize("field", ["app_metadata", "user_metadata"])
@pytest.mark.parametrize("text", WITHIN, ids=lambda text: text[:30])
def test_metadata_within_limits_is_stored_as_it_is(field: str, text: str) -> None:
    profile = profile_from(f'{{"{field}":{text}}}')
    source = source_of(profile)
    assert source[field] == parse(text.encode())
    assert "misfit_fields" not in source


@pytest.mark.parametrize("text", BEYOND, ids=lambda text: text[:30])
def test_metadata_beyond_limits_is_stored_as_json_text(text: str) -> None:
    profile = profile_from(f'{{"app_metadata":{text}}}')
    source = source_of(profile)
    assert list(source["app_metadata"]) == ["json"]
    assert source["misfit_fields"] == ["app_metadata"]
    assert parse(source["app_metadata"]["json"].encode()) == parse(text.encode())


@pytest.mark.parametrize("text", BEYOND[:13], ids=lambda text: text[:30])
def test_profile_data_and_unknown_fields_have_the_same_limits(text: str) -> None:
    identity = f'{{"user_id":"1","profileData":{text},"new":{text}}}'
    source = source_of(profile_from(f'{{"identities":[{identity}],"other":{text}}}'))
    stored = source["identities"][0]
    for value in (
        stored["profileData"],
        stored["unknown_fields"]["new"],
        source["unknown_fields"]["other"],
    ):
        assert parse(value["json"].encode()) == parse(text.encode())
    assert source["misfit_fields"] == [
        "identities.profileData",
        "identities.unknown_fields.new",
        "unknown_fields.other",
    ]


@pytest.mark.parametrize("digits", [20, 30, 100])
def test_big_integers_survive_exactly(digits: int) -> None:
    number = "7" * digits
    profile = profile_from(f'{{"app_metadata":{{"n":[{number},-{number}]}},"other":{number}}}')
    source = source_of(profile)
    assert source["app_metadata"]["n"] == [Literal(number), Literal(f"-{number}")]
    assert source["unknown_fields"]["other"] == Literal(number)
    assert "misfit_fields" not in source
    assert f"app_metadata.n={number}" in source["attributes"]
    assert f"app_metadata.n=-{number}" in source["attributes"]


def test_unknown_fields_keep_any_json_but_null() -> None:
    profile: dict[str, JsonValue] = {"": 1, "a.b": [None], "x": {"json": "y"}, "n": None}
    assert source_of(profile) == {"unknown_fields": {"": 1, "a.b": [None], "x": {"json": "y"}}}


@pytest.mark.parametrize("name", ["k" * 1001, "a\udc00"])
def test_a_name_beyond_limits_makes_all_unknown_fields_one_text(name: str) -> None:
    source = source_of({name: 1, "other": 2, "name": "Ann"})
    assert parse(source["unknown_fields"]["json"].encode()) == {name: 1, "other": 2}
    assert source["misfit_fields"] == ["unknown_fields"]
    assert source["name"] == "Ann"


def test_more_misfits_than_are_indexed_make_all_unknown_fields_one_text() -> None:
    many: dict[str, JsonValue] = {f"k{index}": Literal("NaN") for index in range(MAX_MISFITS)}
    assert len(source_of(many)["misfit_fields"]) == MAX_MISFITS
    source = source_of({**many, "other": Literal("NaN")})
    assert source["misfit_fields"] == ["unknown_fields"]
    assert parse(source["unknown_fields"]["json"].encode()) == {**many, "other": Literal("NaN")}
    identities: list[JsonValue] = [
        {f"k{index}-{of}": Literal("NaN") for of in range(9)} for index in range(500)
    ]
    assert len(source_of({"identities": identities})["misfit_fields"]) <= MAX_MISFITS + 1


@pytest.mark.parametrize(
    "name",
    [
        "deleted_at",
        "event",
        "indexed_at",
        "attributes",
        "attributes_truncated",
        "unknown_fields",
        "misfit_fields",
    ],
)
def test_a_profile_cannot_write_the_fields_that_are_ours(name: str) -> None:
    assert source_of({name: "x"}) == {"unknown_fields": {name: "x"}}


def test_wide_and_long_values_are_within_limits() -> None:
    wide: dict[str, JsonValue] = {f"k{index}": index for index in range(5_000)}
    assert source_of({"app_metadata": wide})["app_metadata"] == wide
    assert source_of({"app_metadata": {"a": "x" * 1_000_000}})["app_metadata"]["a"][0] == "x"


def test_a_text_too_long_for_the_engine_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_form, "MAX_TEXT_CHARS", 10)
    assert as_text("x" * 8) == {"json": '"xxxxxxxx"'}
    assert as_text("x" * 9) == {}


@pytest.mark.parametrize(("level", "fits"), [(1, True), (200, True), (201, False)])
def test_levels_count_from_where_a_value_stands(level: int, fits: bool) -> None:
    value: list[Any] = ["a"]
    assert within_limits(value, level) is fits
    assert within_limits("a", level)


def test_a_document_is_one_line_whatever_line_breaks_were_sent() -> None:
    deep = "[\n" * 300 + "\r\n1" + "]\r" * 300
    source_of(profile_from(f'{{"app_metadata":{{"a":\n{deep}}},"other":{deep},"email":{deep}}}'))


def test_a_subtree_known_only_as_text_is_beyond_limits() -> None:
    assert not within_limits({"a": Literal('{"b": 1}')})
