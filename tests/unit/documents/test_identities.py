"""Linked accounts: one bad identity, or one bad field of one, spoils nothing else."""

from typing import Any

import pytest

from service.documents.fields import MAX_VALUES
from service.events.json_value import JsonValue
from tests.unit.documents.making import profile_from, source_of

GOOD: dict[str, JsonValue] = {
    "connection": "google-oauth2",
    "provider": "google-oauth2",
    "user_id": "1",
    "isSocial": True,
    "profileData": {"email": "ann@example.com", "nested": [{"a": None}]},
}


def test_an_identity_is_stored_as_it_came() -> None:
    assert source_of({"identities": [GOOD, GOOD]}) == {"identities": [GOOD, GOOD]}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"507f"', "507f"),
        ('""', ""),
        ("1234567890", "1234567890"),
        ("0", "0"),
        ("-5", "-5"),
        ("18446744073709551615", "18446744073709551615"),
        ("103547991597142817347", "103547991597142817347"),
        ("9" * 200, "9" * 200),
    ],
)
def test_an_identity_s_id_is_always_a_string(sent: str, stored: str) -> None:
    source = source_of(profile_from(f'{{"identities":[{{"user_id":{sent}}}]}}'))
    assert source == {"identities": [{"user_id": stored}]}


@pytest.mark.parametrize("sent", ["1.5", "1e3", "true", "[]", "{}", "1e400", '["1"]'])
def test_any_other_id_is_a_misfit(sent: str) -> None:
    source = source_of(profile_from(f'{{"identities":[{{"user_id":{sent}}}]}}'))
    [identity] = source["identities"]
    assert list(identity) == ["unknown_fields"]
    assert list(identity["unknown_fields"]) == ["user_id"]
    assert source["misfit_fields"][0] == "identities.user_id"


def test_fields_that_do_not_fit_move_within_their_identity() -> None:
    bad: dict[str, JsonValue] = {
        "connection": 5,
        "provider": None,
        "user_id": "2",
        "isSocial": "true",
        "access_token": {"a": 1},
        "profileData": None,
    }
    assert source_of({"identities": [bad, GOOD]}) == {
        "identities": [
            {
                "user_id": "2",
                "unknown_fields": {"connection": 5, "isSocial": "true", "access_token": {"a": 1}},
            },
            GOOD,
        ],
        "misfit_fields": ["identities.connection", "identities.isSocial"],
    }


def test_elements_that_are_no_objects_leave_the_others_alone() -> None:
    assert source_of({"identities": ["x", GOOD, 5, None, [GOOD]]}) == {
        "identities": [GOOD],
        "unknown_fields": {"identities": ["x", 5, [GOOD]]},
        "misfit_fields": ["identities"],
    }


@pytest.mark.parametrize("value", [{}, GOOD, "x", 5, True, [GOOD] * (MAX_VALUES + 1)])
def test_identities_that_are_no_array_or_too_many_are_a_misfit(value: Any) -> None:
    assert source_of({"identities": value}) == {
        "unknown_fields": {"identities": value},
        "misfit_fields": ["identities"],
    }


@pytest.mark.parametrize(("value", "source"), [(None, {}), ([], {"identities": []})])
def test_no_identities(value: Any, source: dict[str, JsonValue]) -> None:
    assert source_of({"identities": value}) == source


@pytest.mark.parametrize("value", ["x", 5, [], [{"email": "a"}]])
def test_profile_data_that_is_no_object_is_stored_as_text(value: Any) -> None:
    source = source_of({"identities": [{"user_id": "1", "profileData": value}]})
    assert list(source["identities"][0]["profileData"]) == ["json"]
    assert source["misfit_fields"] == ["identities.profileData"]
