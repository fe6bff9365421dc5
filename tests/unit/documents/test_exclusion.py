"""What an operator excludes is nowhere in the document; what can't be excluded is refused."""

from typing import Any

import pytest

from service.documents.exclusion import Exclusions
from service.documents.fields import MAX_VALUES
from service.events.json_text import dump
from service.events.json_value import JsonValue
from tests.unit.documents.making import make_document, make_event, profile_from, source_of

SECRET = "secret"


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("email", {"email": SECRET}),
        ("email", {"email": [SECRET]}),
        ("email", {"email": "secret\ud800"}),
        ("email", {"identities": [{"profileData": {"email": SECRET, "name": "kept"}}]}),
        ("email", {"identities": [{"email": SECRET}]}),
        ("email", {"identities": {"profileData": {"email": SECRET}}}),
        ("email", {"identities": [[{"profileData": {"email": SECRET}}]]}),
        ("email", {"identities": [{"profileData": '{"email":"secret"}'}]}),
        ("email", {"identities": '[{"profileData":{"email":"secret"}}]'}),
        ("email", {"identities": ['{"profileData":{"email":"secret"}}']}),
        ("identities", {"identities": [{"user_id": SECRET}]}),
        ("identities", {"identities": SECRET}),
        ("identities.user_id", {"identities": [{"user_id": SECRET}]}),
        ("identities.user_id", {"identities": [{"user_id": [SECRET]}]}),
        ("identities.profileData", {"identities": [{"profileData": {"a": SECRET}}]}),
        ("identities.profileData", {"identities": [{"profileData": SECRET}]}),
        ("identities.profileData.a", {"identities": [{"profileData": {"a": SECRET, "b": 1}}]}),
        ("identities.access_token", {"identities": [{"access_token": SECRET}]}),
        ("identities.unknown_fields", {"identities": [{"x": SECRET, "provider": [SECRET]}]}),
        ("identities.unknown_fields", {"identities": {"x": SECRET}}),
        ("identities.unknown_fields", {"identities": [[{"x": SECRET}], SECRET]}),
        ("identities.unknown_fields", {"identities": [{"x": SECRET}] * (MAX_VALUES + 1)}),
        ("identities.unknown_fields.x", {"identities": [{"x": {"y": SECRET}}]}),
        ("app_metadata", {"app_metadata": {"a": SECRET}}),
        ("app_metadata", {"app_metadata": SECRET}),
        ("app_metadata.a", {"app_metadata": {"a": SECRET, "b": 1}}),
        ("app_metadata.a", {"app_metadata": {"a": {"b": SECRET}}}),
        ("app_metadata.a", {"app_metadata": {"a.b": SECRET}}),
        ("app_metadata.a.b", {"app_metadata": {"a": {"b": SECRET, "c": 1}}}),
        ("app_metadata.a.b", {"app_metadata": {"a.b": SECRET}}),
        ("app_metadata.a.b", {"app_metadata": {"a": [{"b": SECRET}, [{"b": [SECRET]}]]}}),
        ("app_metadata.a.b", {"app_metadata": {"a": {"b.c": SECRET}}}),
        ("app_metadata.a.b.c", {"app_metadata": {"a.b": {"c": SECRET}}}),
        ("app_metadata.a.b.c", {"app_metadata": {"a": {"b.c": SECRET}}}),
        ("app_metadata.a", {"app_metadata.a": SECRET}),
        ("app_metadata.a", {"app_metadata": [{"a": SECRET}]}),
        ("app_metadata.a", {"app_metadata": '{"a":"secret"}'}),
        ("app_metadata.a", {"app_metadata": {"a": SECRET, "\ud800": 1}}),
        ("app_metadata.a.b", {"app_metadata": {"a": '{"b":"secret"}', "c": 1}}),
        ("app_metadata.a.b", {"app_metadata": {"a": '\ufeff \n[{"b":"secret"}]'}}),
        ("app_metadata.a.b", {"app_metadata": {"a": ["x", '{"b":"secret"}']}}),
        ("app_metadata.a.b", {"app_metadata": {"a": '"{\\"b\\":\\"secret\\"}"'}}),
        ("app_metadata.a.b", {"app_metadata": {"a": '{"b":"secret", cut'}}),
        ("app_metadata.a.b.c", {"app_metadata": {"a": {"b": '{"c":"secret"}'}}}),
        ("custom.a", {"custom": '{"a":"secret"}'}),
        ("user_metadata.https://x.y/z", {"user_metadata": {"https://x.y/z": SECRET}}),
        ("user_metadata.a=b", {"user_metadata": {"a=b": SECRET}}),
        ("custom", {"custom": {"a": SECRET}}),
        ("custom.a", {"custom": [{"a": SECRET, "b": 1}]}),
        ("unknown_fields.custom", {"custom": SECRET}),
        ("unknown_fields.event", {"event": SECRET}),
        ("unknown_fields", {"custom": SECRET, "email": [SECRET], "k" * 1001: SECRET}),
        ("unknown_fields", {"identities": [{"x": SECRET}, SECRET]}),
        ("attributes", {"attributes": SECRET}),
    ],
)
def test_what_is_excluded_is_nowhere(name: str, profile: Any) -> None:
    assert_present(profile)
    document = make_document(make_event(profile), exclude=[name])
    assert document.source is not None
    assert SECRET.encode() not in document.source


def assert_present(profile: dict[str, JsonValue]) -> None:
    """Without an exclusion the secret is there, so its absence means something."""
    document = make_document(make_event(profile))
    assert document.source is not None
    assert SECRET.encode() in document.source


def test_only_what_goes_from_the_metadata_cuts_its_attributes() -> None:
    profile: dict[str, JsonValue] = {"app_metadata_of_old": '{"a":"secret"}'}
    source = source_of(profile, ["app_metadata_of_old.a"])
    assert source["misfit_fields"] == ["app_metadata_of_old"]
    assert "attributes_truncated" not in source


@pytest.mark.parametrize("levels", [100, 190, 201, 245, 300, 5_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}")])
def test_what_is_too_deep_to_look_through_goes(levels: int, opening: str, closing: str) -> None:
    deep = opening * levels + '{"a":"secret"}' + closing * levels
    profile = profile_from(f'{{"app_metadata":{{"b":1,"deep":{deep}}}}}')
    assert_present(profile)
    segments = ".x" * levels if closing == "}" else ""
    source = source_of(profile, [f"app_metadata.deep{segments}.a"])
    assert SECRET not in dump(source).decode()
    assert "app_metadata.b=1" in source["attributes"]
    if levels > 200:
        assert source["misfit_fields"][0].startswith("app_metadata.deep")
        assert source["attributes_truncated"] is True


def test_what_cannot_hold_it_stays() -> None:
    deep = "[" * 300 + "1" + "]" * 300
    profile = profile_from(
        f'{{"app_metadata":{{"a":{{"b":"x"}},"c":{deep}}},"other":{deep},"n":{"1" * 30}}}'
    )
    source = source_of(profile, ["app_metadata.a.b", "n.x"])
    assert source["app_metadata"]["json"] == f'{{"a":{{}},"c":{deep}}}'
    assert source["unknown_fields"]["other"] == {"json": deep}
    assert "n" in source["unknown_fields"]


def test_text_that_is_not_json_stays_and_what_goes_is_named() -> None:
    texts = ["b", "", "a {b}", "1", "null"]
    profile: dict[str, JsonValue] = {"app_metadata": {"a": [*texts, '{"c":1}'], "d": '{"b":1}'}}
    source = source_of(profile, ["app_metadata.a.b"])
    assert source["app_metadata"] == {"a": texts, "d": '{"b":1}'}
    assert source["misfit_fields"] == ["app_metadata.a"]


def test_neighbours_stay() -> None:
    profile: dict[str, JsonValue] = {
        "email": "a@b.c",
        "email_verified": True,
        "emails": ["a"],
        "identities": [{"user_id": "1", "provider": "p", "profileData": {"email": 1, "name": "n"}}],
        "app_metadata": {"a": {"b": 1, "bc": 2}, "ab": 3, "email": "x"},
    }
    assert source_of(profile, ["email", "app_metadata.a.b", "provider"]) == {
        "email_verified": True,
        "identities": [{"user_id": "1", "provider": "p", "profileData": {"name": "n"}}],
        "app_metadata": {"a": {"bc": 2}, "ab": 3, "email": "x"},
        "attributes": [
            "app_metadata",
            "app_metadata.a",
            "app_metadata.ab",
            "app_metadata.ab=3",
            "app_metadata.email",
            "app_metadata.email=x",
            "app_metadata.a.bc",
            "app_metadata.a.bc=2",
        ],
        "unknown_fields": {"emails": ["a"]},
    }


def test_attributes_alone_can_be_excluded() -> None:
    profile: dict[str, JsonValue] = {"app_metadata": {"a": "x" * 600}}
    assert source_of(profile, ["attributes"]) == profile


def test_nothing_is_excluded_by_default() -> None:
    profile: dict[str, JsonValue] = {"a": 1}
    assert Exclusions() == Exclusions.parse([])
    assert Exclusions().apply(profile) == (profile, [])


def test_names_are_kept_as_given_once_each() -> None:
    assert Exclusions.parse([" email", "email ", "app_metadata"]).names == ("email", "app_metadata")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "no field name"),
        (".", "no field name"),
        ("app_metadata.", "no field name"),
        (".email", "no field name"),
        ("a..b", "no field name"),
        ("a\ud800", "no field name"),
        ("app_metadata.*", "no patterns"),
        ("identities[].profileData", "no patterns"),
        ("identities[0]", "no patterns"),
        ("user_id", "every document needs it"),
        ("unknown_fields.user_id", "every document needs it"),
        ("event", "every document needs it"),
        ("event.id", "every document needs it"),
        ("indexed_at", "every document needs it"),
        ("deleted_at", "every document needs it"),
        ("misfit_fields", "every document needs it"),
        ("attributes_truncated", "every document needs it"),
        ("attributes.app_metadata", "exclude the metadata"),
        ("email.domain", "nothing is below email"),
        ("multifactor.x", "nothing is below multifactor"),
        ("identities.connection.x", "nothing is below identities.connection"),
    ],
)
def test_names_that_mean_nothing_are_refused(name: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        Exclusions.parse(["email", name])
    assert repr(name) in str(caught.value)
