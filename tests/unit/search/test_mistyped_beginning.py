"""What is found by a beginning with one typing error, and what isn't."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.mistyped_beginning import beginning_pattern, mistyped_beginning, one_error

letters = st.text("abc.@-", min_size=1, max_size=4)


def matches(typed: str, term: str) -> bool:
    return re.fullmatch(one_error(typed, ".*"), term) is not None


@given(st.text("abc.@-", min_size=2, max_size=6), st.data())
def test_every_single_error_behind_the_first_letter_matches(begins: str, data: Any) -> None:
    at = data.draw(st.integers(1, len(begins) - 1))
    before, rest = begins[:at], begins[at:]
    other = data.draw(st.sampled_from("abcx"))
    term = begins + data.draw(letters)
    assert matches(begins, term)
    assert matches(before + other + rest, term)  # one too many
    assert matches(before + rest[1:], term)  # one too few
    assert matches(before + other + rest[1:], term)  # a wrong one
    assert matches(before + rest[1:2] + rest[0] + rest[2:], term)  # two in each other's place


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("lewnadow", "kewandowski"),
        ("lewnaodw", "lewandowski"),
        ("lewxyndow", "lewandowski"),
        ("a.bcd", "axbxd"),
        ("lewandowski", "lewando"),
    ],
)
def test_more_than_an_error_does_not_match(typed: str, term: str) -> None:
    assert not matches(typed, term)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("FERNÁNN", "fernann"),
        ("Großmm", "grossmm"),
        ("Øsetrg", "osetrg"),
        ("Łuaks", "luaks"),
        ("Κωντσαν", "κωντσαν"),
        ("Сооловьё", "сооловье"),
        ("Виткйор", "виткйор"),
    ],
)
def test_case_and_accents_are_those_of_the_index(typed: str, folded: str) -> None:
    value = one_error(folded, ".*")
    assert mistyped_beginning(typed, ["name"]) == {
        "bool": {"should": [{"regexp": {"name": {"value": value, "flags": "NONE"}}}]}
    }


@given(st.text("abc", min_size=5, max_size=6), letters)
def test_what_begins_so_is_matched_without_the_rest(begins: str, rest: str) -> None:
    pattern = beginning_pattern(begins)
    assert pattern is not None
    swapped = begins[0] + begins[2] + begins[1] + begins[3:]
    found = re.match(pattern, swapped + rest)
    assert found is not None
    assert abs(len(found[0]) - len(begins)) <= 1


@pytest.mark.parametrize("typed", ["", "lewn", "x" * 31, "." * 30])
def test_too_little_and_too_much_is_not_tried(typed: str) -> None:
    assert mistyped_beginning(typed, ["name"]) is None
    assert beginning_pattern(typed) is None
