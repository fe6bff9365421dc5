"""Whatever a profile holds, its own document is equal to it; what differs is named, once."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given

from service.backfill.comparison import Named, ProfileComparison, Standing, Verdict
from service.documents.document import DeletionMode, to_document
from service.documents.exclusion import Exclusions
from service.documents.free_form import MAX_KEY_CHARS, MAX_LEVELS
from service.events.event import Event, parse_event
from service.events.json_text import dump, parse
from service.events.json_value import JsonValue
from service.events.timestamp import format_us, parse_rfc3339
from service.events.users_export import wrap_profile
from tests.unit.documents.test_any_profile import patient, profiles

READ_AT = "2025-02-02T00:00:00Z"
READ_AT_US = parse_rfc3339(READ_AT).us
UPDATED_AT = "2025-02-01T12:34:56.789Z"

Profile = dict[str, Any]

# These two are stored as texts.
DEEP: Any = 1
for _ in range(MAX_LEVELS):
    DEEP = [DEEP]
LONG = "k" * (MAX_KEY_CHARS + 1)


def stated(profile: Profile, read_at_us: int | None = READ_AT_US) -> Event:
    """What an export says of a user."""
    line = dump({"updated_at": UPDATED_AT, **profile, "user_id": "auth0|1"})
    return parse_event(
        wrap_profile(line, read_at_us=read_at_us), now_us=READ_AT_US * 2, future_tolerance_us=0
    )


def document(profile: Profile, time: str = UPDATED_AT, exclude: Iterable[str] = ()) -> Profile:
    """As the index gives it back, made by an event of that time."""
    event = stated(profile)._replace(time_us=parse_rfc3339(time).us, type="user.updated")
    made = to_document(
        event,
        indexed_at_us=READ_AT_US,
        exclusions=Exclusions.parse(exclude),
        deletion_mode=DeletionMode.TOMBSTONE,
    )
    assert made.source is not None
    source: Any = parse(made.source)
    return dict(source)


def comparison(*export: Profile, **options: Any) -> ProfileComparison:
    """Over an export of these users."""
    named = Named(options.pop("complete", ()))
    for profile in export:
        named.add({"user_id": "", "updated_at": "", **profile})
    exclusions = Exclusions.parse(options.pop("exclude", ()))
    return ProfileComparison(named, exclusions, exported_at_us=READ_AT_US, **options)


def judged(profile: Profile, found: Profile, **options: Any) -> Verdict:
    """The verdict on the only user of an export."""
    return comparison(profile, **options).judge(stated(profile), found)


@patient
@given(profiles)
def test_any_profile_s_own_document_is_equal(profile: dict[str, JsonValue]) -> None:
    assert judged(profile, document(profile)) == Verdict(Standing.EQUAL)
    assert comparison(profile).completed(profile, document(profile)) == profile


@patient
@given(profiles)
def test_with_exclusions_it_is_equal_too(profile: dict[str, JsonValue]) -> None:
    exclude = ["email", "app_metadata.a", "identities.profileData"]
    found = document(profile, exclude=exclude)
    assert judged(profile, found, exclude=exclude) == Verdict(Standing.EQUAL)


@pytest.mark.parametrize(
    ("export", "index", "fields"),
    [
        ({"name": "a"}, {"name": "b"}, ["name"]),
        ({"name": "a"}, {}, ["name"]),
        ({"name": None}, {"name": "b"}, ["name"]),
        ({"name": "a"}, {"name": 5}, ["name"]),
        ({"blocked": True}, {"blocked": "yes"}, ["blocked"]),
        ({"name": "a", "email": "a@b.c"}, {"name": "b", "email": "x@b.c"}, ["name", "email"]),
        ({"app_metadata": {"a": 1}}, {"app_metadata": {"a": True}}, ["app_metadata"]),
        ({"app_metadata": {"a": 1}}, {"app_metadata": {"a": 1, "b": 2}}, ["app_metadata"]),
        ({"app_metadata": {"a": [1]}}, {"app_metadata": {"a": [1, 2]}}, ["app_metadata"]),
        ({"app_metadata": {"n": 10**40}}, {"app_metadata": {"n": 10**40 + 1}}, ["app_metadata"]),
        ({"custom": {"a": 1}}, {"custom": {"a": 2}}, ["custom"]),
        ({"multifactor": ["a"]}, {"multifactor": ["b"]}, ["multifactor"]),
        ({"identities": [{"provider": "a"}]}, {"identities": []}, ["identities"]),
        ({"identities": [5]}, {"identities": [6]}, ["identities"]),
        ({"identities": [{"a": 1}, 5]}, {"identities": [{"a": 1}, 6]}, ["identities"]),
        ({"identities": [{"a": 1}]}, {"identities": {"a": 1}}, ["identities"]),
        (
            {"identities": [{"provider": "a", "isSocial": True}]},
            {"identities": [{"provider": "a", "isSocial": False}]},
            ["identities.isSocial"],
        ),
        (
            {"identities": [{"provider": "a", "profileData": {"a": 1}}]},
            {"identities": [{"provider": "a", "profileData": {"a": 2}}]},
            ["identities.profileData"],
        ),
        (
            {"identities": [{"provider": "a", "token": "x"}]},
            {"identities": [{"provider": "a"}]},
            ["identities.token"],
        ),
    ],
)
def test_what_differs_is_named(export: Profile, index: Profile, fields: list[str]) -> None:
    verdict = judged(export, document(index))
    assert verdict == Verdict(Standing.DIFFERING, tuple(fields))


@pytest.mark.parametrize(
    ("export", "index"),
    [
        ({"last_login": "2025-02-01T12:00:00Z"}, {"last_login": "2025-02-01T13:00:00.000+01:00"}),
        ({"logins_count": 3}, {"logins_count": 3.0}),
        ({"app_metadata": {"a": 1, "b": 2}}, {"app_metadata": {"b": 2, "a": 1}}),
        (
            {"identities": [{"provider": "a", "user_id": 1}, {"provider": "b", "user_id": 2}]},
            {"identities": [{"provider": "b", "user_id": "2"}, {"provider": "a", "user_id": "1"}]},
        ),
        ({"name": None}, {}),
        ({"app_metadata": {"a": DEEP, "b": 2}}, {"app_metadata": {"b": 2, "a": DEEP}}),
        ({"custom": {"a": DEEP, "b": 2}}, {"custom": {"b": 2, "a": DEEP}}),
        ({LONG: {"a": 1, "b": 2}}, {LONG: {"b": 2, "a": 1}}),
        (
            {"identities": [{"provider": "a", "profileData": {"a": DEEP, "b": 2}}]},
            {"identities": [{"provider": "a", "profileData": {"b": 2, "a": DEEP}}]},
        ),
    ],
)
def test_what_means_the_same_is_equal(export: Profile, index: Profile) -> None:
    assert judged(export, document(index)).standing is Standing.EQUAL


def test_a_field_that_no_user_of_the_export_has_says_nothing() -> None:
    index = {"name": "a", "blocked": True, "custom": 1, "identities": [{"provider": "a", "x": 1}]}
    export = {"name": "a", "identities": [{"provider": "a"}]}
    verdict = judged(export, document(index))
    assert verdict == Verdict(Standing.EQUAL, silent=("identities.x", "blocked", "custom"))
    complete = judged(export, document(index), complete=["blocked"])
    assert complete.fields == ("blocked",)


def test_one_that_another_user_has_says_that_this_one_has_none() -> None:
    other = {"blocked": True, "custom": 1, "identities": [{"x": 1}]}
    index = {"blocked": True, "custom": 1, "identities": [{"provider": "a", "x": 1}]}
    export = {"identities": [{"provider": "a"}]}
    verdict = comparison(export, other).judge(stated(export), document(index))
    assert set(verdict.fields) == {"blocked", "custom", "identities.x"}


def test_ignored_fields_may_differ() -> None:
    index = {"name": "b", "custom": 2, "app_metadata": {"a": 2}}
    export = {"name": "a", "custom": 1, "app_metadata": {"a": 1}}
    ignored = ["name", "custom", "app_metadata"]
    assert judged(export, document(index), ignored=ignored) == Verdict(Standing.EQUAL)


def test_attributes_that_the_mapping_would_not_make_today_differ() -> None:
    export = {"app_metadata": {"a": 1}, "user_metadata": {"b": 2}}
    found = document(export)
    del found["attributes"]
    assert judged(export, found) == Verdict(Standing.DIFFERING, ("attributes",))
    half = {"app_metadata": {"a": 1}}
    assert judged(half, found) == Verdict(Standing.EQUAL, silent=("user_metadata",))


@pytest.mark.parametrize(
    ("time", "standing"),
    [
        ("2025-02-01T23:59:59.999999Z", Standing.DIFFERING),
        (READ_AT, Standing.CHANGED_SINCE),
        ("2025-03-01T00:00:00Z", Standing.CHANGED_SINCE),
    ],
)
def test_a_document_from_after_the_export_may_differ(time: str, standing: Standing) -> None:
    verdict = judged({"name": "a"}, document({"name": "b"}, time))
    assert verdict.standing is standing


@pytest.mark.parametrize("of", [{"type": "user.read"}, {"type": "user.deleted", "id": "absent:1"}])
def test_what_an_export_of_the_same_time_repaired_is_no_later(of: Profile) -> None:
    """It was another one, or settings changed since."""
    found = document({"name": "b"}, READ_AT)
    assert judged({"name": "a"}, found).standing is Standing.CHANGED_SINCE
    found["event"] |= of
    assert judged({"name": "a"}, found).standing is Standing.DIFFERING
    tombstone = {"user_id": "auth0|1", "deleted_at": READ_AT, "event": found["event"]}
    assert comparison().judge(stated({}), tombstone).standing is Standing.MISSING
    found["event"]["time"] = format_us(READ_AT_US + 1)
    assert judged({"name": "a"}, found).standing is Standing.CHANGED_SINCE


def test_a_profile_that_changed_during_the_export_is_of_that_moment() -> None:
    changed = {"name": "a", "updated_at": "2025-02-02T00:05:00Z"}
    between = document({"name": "b"}, "2025-02-02T00:04:00Z")
    assert judged(changed, between).standing is Standing.OUTDATED
    after = document({"name": "b"}, "2025-02-02T00:06:00Z")
    assert judged(changed, after).standing is Standing.CHANGED_SINCE


def test_an_older_updated_at_tells_that_an_event_is_missing() -> None:
    found = document({"name": "b", "updated_at": "2025-01-01T00:00:00Z"})
    assert judged({"name": "a"}, found) == Verdict(Standing.OUTDATED, ("updated_at", "name"))


def test_who_is_not_there_is_missing() -> None:
    assert comparison().judge(stated({}), None) == Verdict(Standing.MISSING)
    tombstone: Profile = {
        "user_id": "auth0|1",
        "deleted_at": UPDATED_AT,
        "event": {"time": UPDATED_AT},
    }
    assert comparison().judge(stated({}), tombstone).standing is Standing.MISSING
    later = {**tombstone, "event": {"time": format_us(READ_AT_US + 1)}}
    assert comparison().judge(stated({}), later).standing is Standing.CHANGED_SINCE


def test_a_document_of_somebody_else_s_is_of_no_time() -> None:
    found = document({"name": "b"})
    del found["event"]
    assert judged({"name": "a"}, found).standing is Standing.DIFFERING


def test_one_that_bears_somebody_else_s_id_differs() -> None:
    found = {**document({"name": "a"}), "user_id": "auth0|2"}
    assert judged({"name": "a"}, found) == Verdict(Standing.DIFFERING, ("user_id",))


def test_so_is_one_of_a_time_that_no_event_can_be_of() -> None:
    found = document({"name": "b"}, format_us(READ_AT_US + 2))
    judge = comparison({"name": "a"}).judge
    said = stated({"name": "a"})
    assert judge(said, found, latest_us=READ_AT_US + 2).standing is Standing.CHANGED_SINCE
    assert judge(said, found, latest_us=READ_AT_US + 1).standing is Standing.DIFFERING


@pytest.mark.parametrize("own_id", ["1", 1, 10**20])
def test_a_repair_keeps_what_the_export_is_silent_about(own_id: Any) -> None:
    index: Profile = {
        "name": "b",
        "last_ip": "10.0.0.1",
        "custom": {"n": 10**40},
        "user_metadata": {"k" * 2000: 1},
        "identities": [
            {"provider": "a", "user_id": str(own_id), "profileData": {"a": 1}, "token": "x"}
        ],
    }
    export: Profile = {"name": "a", "identities": [{"provider": "a", "user_id": own_id}]}
    whole = comparison(export).completed(stated(export).profile, document(index))
    wanted = document({**index, "name": "a"})
    assert document(whole) == {**wanted, "event": document(whole)["event"]}


def test_a_repair_drops_what_the_export_says_is_gone() -> None:
    index = {"name": "b", "last_ip": "10.0.0.1", "custom": 1}
    export = {"name": "a"}
    named = comparison(export, {"last_ip": "", "custom": ""})
    assert named.completed(export, document(index)) == export
    assert named.completed(export, None) == export
