"""Where the aliases should point: what is added, and what is left for a person to decide."""

from typing import Any

import pytest

from service.index.aliases import READERS_FILTER, AliasPlan, plan_aliases
from service.index.errors import AliasConflict, IndexClosed, NameTaken
from service.index.names import IndexNames
from service.index.templates import OWNER

NAMES = IndexNames("u")
READ = {"u": {"filter": READERS_FILTER}}
WRITE = {"u-write": {"is_write_index": True}}
SECOND = "u-000002"


def index(aliases: dict[str, Any] | None = None, *, ours: bool = True) -> dict[str, Any]:
    meta = {"_meta": {"managed_by": OWNER}} if ours else {}
    return {"aliases": aliases or {}, "mappings": meta, "settings": {}}


def lines(plan: AliasPlan) -> list[str]:
    return [str(change) for change in plan.changes]


def test_nothing_there_yet() -> None:
    assert plan_aliases(NAMES, {}) == AliasPlan(None)


def test_all_as_it_should_be() -> None:
    assert plan_aliases(NAMES, {NAMES.first: index(READ | WRITE)}) == AliasPlan(NAMES.first)


def test_after_a_move_the_index_behind_the_aliases_counts() -> None:
    indices = {NAMES.first: index(), SECOND: index(READ | WRITE)}
    assert plan_aliases(NAMES, indices) == AliasPlan(SECOND)


def test_both_missing_are_added_to_the_only_index() -> None:
    plan = plan_aliases(NAMES, {SECOND: index()})
    assert plan.live == SECOND
    assert plan.actions == [
        {"add": {"index": SECOND, "alias": "u", "filter": READERS_FILTER}},
        {"add": {"index": SECOND, "alias": "u-write", "is_write_index": True}},
    ]
    assert [line.split(":")[0] for line in lines(plan)] == [
        f"+ alias u of {SECOND}",
        f"+ alias u-write of {SECOND}",
    ]


def test_a_missing_one_goes_where_the_other_is() -> None:
    indices = {NAMES.first: index(), SECOND: index(READ)}
    assert plan_aliases(NAMES, indices).actions == [
        {"add": {"index": SECOND, "alias": "u-write", "is_write_index": True}}
    ]


def test_a_readers_alias_without_a_filter_gets_it() -> None:
    plan = plan_aliases(NAMES, {NAMES.first: index({"u": {}} | WRITE)})
    assert plan.actions[0]["add"]["filter"] == READERS_FILTER
    assert lines(plan)[0].startswith(f"+ alias u of {NAMES.first}: filter:")


@pytest.mark.parametrize("present", [{}, {"is_write_index": False}])
def test_a_writers_alias_that_does_not_say_so_is_made_to(present: dict[str, Any]) -> None:
    plan = plan_aliases(NAMES, {NAMES.first: index(READ | {"u-write": present})})
    assert plan.actions[0]["add"]["is_write_index"] is True
    assert len(plan.changes) == 1


@pytest.mark.parametrize("name", ["u", "u-write"])
def test_an_index_of_an_aliass_name(name: str) -> None:
    with pytest.raises(NameTaken, match=f"an index is called {name}, .*delete it"):
        plan_aliases(NAMES, {name: index()})


def test_an_index_of_our_first_name_that_is_not_ours() -> None:
    with pytest.raises(NameTaken, match=f"{NAMES.first} is not ours"):
        plan_aliases(NAMES, {NAMES.first: index(ours=False)})


def test_a_strangers_index_behind_our_alias() -> None:
    with pytest.raises(NameTaken, match="theirs is not ours"):
        plan_aliases(NAMES, {"theirs": index(WRITE, ours=False)})


def test_a_strangers_index_that_matches_the_pattern_is_not_looked_at() -> None:
    assert plan_aliases(NAMES, {"u-0-theirs": index(ours=False)}) == AliasPlan(None)


def test_a_writers_alias_with_two_indices() -> None:
    both = {NAMES.first: index(READ | WRITE), SECOND: index({"u-write": {}})}
    with pytest.raises(AliasConflict, match=f"points at {NAMES.first} and {SECOND}"):
        plan_aliases(NAMES, both)


def test_two_indices_and_no_alias() -> None:
    with pytest.raises(AliasConflict, match="could be meant"):
        plan_aliases(NAMES, {NAMES.first: index(), SECOND: index()})


BLOCKED = {"settings": {"index": {"blocks": {"write": "true"}}}}


@pytest.mark.parametrize(
    "left",
    [
        {SECOND: index() | BLOCKED},
        {SECOND: index({"u-next": {}})},
        {NAMES.first: index() | BLOCKED, SECOND: index() | BLOCKED},
    ],
)
def test_what_a_rebuild_has_left_is_not_put_in_place_of_a_lost_index(left: dict[str, Any]) -> None:
    """Its users deleted since would be found again, or most would be missing."""
    with pytest.raises(AliasConflict, match=f"DELETE /{','.join(left)}.*blocks.write"):
        plan_aliases(NAMES, left)


def test_a_strangers_index_is_one_though_it_is_blocked() -> None:
    with pytest.raises(NameTaken, match="is not ours"):
        plan_aliases(NAMES, {NAMES.first: index(ours=False) | BLOCKED})


def test_a_block_of_the_index_in_use_hides_no_alias() -> None:
    assert plan_aliases(NAMES, {NAMES.first: index(READ) | BLOCKED}).live == NAMES.first


def test_readers_elsewhere_than_writers() -> None:
    indices = {NAMES.first: index(READ), SECOND: index(WRITE)}
    with pytest.raises(AliasConflict, match="what is written isn't what is read"):
        plan_aliases(NAMES, indices)


def test_a_filter_of_somebodys_own() -> None:
    own = {"u": {"filter": {"term": {"blocked": False}}}}
    with pytest.raises(AliasConflict, match="has a filter of its own"):
        plan_aliases(NAMES, {NAMES.first: index(own | WRITE)})


def test_a_closed_index_is_refused() -> None:
    closed = {**index(READ), "settings": {"index": {"verified_before_close": "true"}}}
    with pytest.raises(IndexClosed, match=f"POST /{NAMES.first}/_open"):
        plan_aliases(NAMES, {NAMES.first: closed})
