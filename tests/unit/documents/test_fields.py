"""Which values each typed field takes; the engine's own verdict on them is an integration test."""

import pytest

from service.documents.fields import (
    MAX_VALUES,
    MISFIT,
    TYPED_FIELDS,
    boolean,
    count,
    date,
    ip,
    text,
    texts,
)
from service.events.json_value import JsonValue, Literal
from tests.unit.documents.making import source_of

NO_STRING: list[JsonValue] = [0, 1, 1.5, True, [], ["a"], {}, {"a": 1}, Literal("1" * 30)]


@pytest.mark.parametrize("value", ["", "a", "é😀", "a\0b", " ", "x" * 40_000])
def test_a_text_is_any_string_of_any_length(value: JsonValue) -> None:
    assert text(value) == value


@pytest.mark.parametrize("value", [*NO_STRING, "\ud800", "a\udfffb"])
def test_a_text_is_no_other_type_and_no_lone_surrogate(value: JsonValue) -> None:
    assert text(value) is MISFIT


@pytest.mark.parametrize("value", [0, 1, "true", "", "yes", [True], {}, 1.0, Literal("NaN")])
def test_a_boolean_is_nothing_that_resembles_one(value: JsonValue) -> None:
    assert boolean(value) is MISFIT


def test_a_boolean_is_true_or_false() -> None:
    assert boolean(True) is True
    assert boolean(False) is False


DATES = [
    "2025-02-01T12:34:56Z",
    "2025-02-01T12:34:56.1Z",
    "2025-02-01T12:34:56.123Z",
    "2025-02-01T23:59:59.123456789Z",
    "2025-02-01T12:34:56+05:30",
    "2025-02-01T12:34:56-18:00",
    "2025-02-01T12:34:56-00:00",
    "2024-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z",
    "2025-12-31T00:00:00Z",
    "2025-04-30T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
]
NO_DATES: list[JsonValue] = [
    "",
    "yesterday",
    "2025",
    "2025-02-01",
    "2025-02-01T12:34:56",
    "2025-02-01T12:34Z",
    "2025-02-01 12:34:56Z",
    "2025-02-01t12:34:56Z",
    "2025-02-01T12:34:56z",
    "2025-02-01T12:34:56.Z",
    "2025-02-01T12:34:56,5Z",
    "2025-02-01T12:34:56.1234567891Z",
    "2025-02-01T12:34:56+0530",
    "2025-02-01T12:34:56+18:01",
    "2025-02-01T12:34:56+23:59",
    "2025-02-01T12:34:60Z",
    "2025-02-01T24:00:00Z",
    "2025-02-01T12:34:56Z\n",
    " 2025-02-01T12:34:56Z",
    "٢٠٢٥-02-01T12:34:56Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "-2025-01-01T00:00:00Z",
    "2025-00-01T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-01-00T00:00:00Z",
    "2025-01-32T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-02-30T00:00:00Z",
    1_738_413_296_000,
    True,
    [],
    {},
]


@pytest.mark.parametrize("value", DATES)
def test_a_date_is_an_instant_of_the_calendar(value: str) -> None:
    assert date(value) == value


@pytest.mark.parametrize("value", NO_DATES)
def test_a_date_is_nothing_the_engine_would_reject_or_guess(value: JsonValue) -> None:
    assert date(value) is MISFIT


IPS = [
    "10.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "2001:db8::1",
    "2001:DB8::1",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
    "64:ff9b::1.2.3.4",
]
NO_IPS: list[JsonValue] = [
    "",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "010.0.0.1",
    "1.2.3.04",
    "٠.0.0.1",
    " 10.0.0.1",
    "10.0.0.1\n",
    "10.0.0.0/8",
    "1.2.3.4, 5.6.7.8",
    "12345::",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9",
    ":::",
    "[::1]",
    "::1.2.3.256",
    "fe80::1%eth0",
    "::ffff:1.2.3.4%eth0",
    5,
    None,
    ["10.0.0.1"],
]


@pytest.mark.parametrize("value", IPS)
def test_an_ip_is_an_address(value: str) -> None:
    assert ip(value) == value


@pytest.mark.parametrize("value", NO_IPS)
def test_an_ip_is_nothing_else(value: JsonValue) -> None:
    assert ip(value) is MISFIT


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (0, 0),
        (-1, -1),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (3.0, 3),
        (-0.0, 0),
        (2.0**53, 2**53),
    ],
)
def test_a_count_is_an_integer_of_64_bits(value: JsonValue, stored: int) -> None:
    taken = count(value)
    assert taken == stored
    assert type(taken) is int


@pytest.mark.parametrize(
    "value",
    [2**63, -(2**63) - 1, 3.7, 1e300, 2.0**60, True, False, "5", "", [], Literal("9" * 30)],
)
def test_a_count_is_never_rounded_or_converted(value: JsonValue) -> None:
    assert count(value) is MISFIT


def test_texts_are_an_array_of_texts() -> None:
    assert texts([]) == []
    assert texts(["guardian", ""]) == ["guardian", ""]


@pytest.mark.parametrize("value", ["guardian", [1], ["a", None], [["a"]], ["\ud800"], {}, True])
def test_texts_are_nothing_else(value: JsonValue) -> None:
    assert texts(value) is MISFIT


def test_more_texts_than_are_indexed_are_a_misfit() -> None:
    assert texts(["sms"] * MAX_VALUES) == ["sms"] * MAX_VALUES
    assert texts(["sms"] * (MAX_VALUES + 1)) is MISFIT


@pytest.mark.parametrize("name", sorted(TYPED_FIELDS))
def test_a_value_that_does_not_fit_moves_and_null_disappears(name: str) -> None:
    assert source_of({name: {"not": "this"}}) == {
        "unknown_fields": {name: {"not": "this"}},
        "misfit_fields": [name],
    }
    assert source_of({name: None}) == {}


def test_the_rest_of_the_user_is_indexed() -> None:
    profile: dict[str, JsonValue] = {"email": 5, "name": ["a"], "nickname": "ann", "blocked": "yes"}
    assert source_of(profile) == {
        "nickname": "ann",
        "unknown_fields": {"email": 5, "name": ["a"], "blocked": "yes"},
        "misfit_fields": ["email", "name", "blocked"],
    }


def test_a_string_no_utf8_can_hold_is_kept_as_json_text() -> None:
    assert source_of({"name": "a\ud800b", "nickname": "n"}) == {
        "nickname": "n",
        "unknown_fields": {"name": {"json": '"a\\ud800b"'}},
        "misfit_fields": ["name", "unknown_fields.name"],
    }
