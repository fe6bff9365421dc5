"""A set of users, whatever their ids and however many."""

from hypothesis import given
from hypothesis import strategies as st

from service.backfill.seen_users import SeenUsers

ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)


@given(st.sets(ids), st.sets(ids))
def test_it_knows_whom_it_was_given_and_nobody_else(given_: set[str], others: set[str]) -> None:
    seen = SeenUsers()
    for user_id in given_:
        seen.add(user_id)
    assert {user_id for user_id in given_ | others if user_id in seen} == given_


def test_it_can_be_added_to_after_it_was_asked() -> None:
    seen = SeenUsers()
    seen.add("a")
    assert "a" in seen
    assert "b" not in seen
    seen.add("b")
    assert "a" in seen
    assert "b" in seen


@given(st.lists(ids))
def test_it_knows_who_was_given_twice(given_: list[str]) -> None:
    seen = SeenUsers()
    for user_id in given_:
        seen.add(user_id)
    twice = {user_id for user_id in given_ if given_.count(user_id) > 1}
    assert {user_id for user_id in given_ if seen.has_twice(user_id)} == twice
    assert seen.has_anybody_twice() == bool(twice)
    assert not seen.has_twice("nobody")


def test_many_are_told_apart() -> None:
    seen = SeenUsers()
    for number in range(0, 20_000, 2):
        seen.add(f"auth0|{number}")
    assert [number for number in range(20_000) if f"auth0|{number}" in seen] == list(
        range(0, 20_000, 2)
    )
