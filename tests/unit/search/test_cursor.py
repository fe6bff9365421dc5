"""Cursors come back as they were written, and nobody else can write one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.cursor import Cursors, InvalidCursor, Position

CURSORS = Cursors(["token"])


@given(
    st.lists(
        st.none()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        max_size=4,
    ),
    st.booleans(),
)
def test_a_cursor_comes_back(after: list[Any], forgiving: bool) -> None:
    position = Position(after, forgiving)
    assert CURSORS.read(CURSORS.write(position, b"search"), b"search") == position


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_cursor_is_refused(place: int, change: int) -> None:
    cursor = bytearray(CURSORS.write(Position(["auth0|1", 5], False), b"search").encode())
    cursor[place % len(cursor)] ^= change
    with pytest.raises(InvalidCursor):
        CURSORS.read(cursor.decode("latin-1"), b"search")


@pytest.mark.parametrize("text", ["", "x", "abc", "====", "é", "AAAA" * 50, "a b", "\ud800"])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor, match="not a cursor"):
        CURSORS.read(text, b"search")


def test_what_is_left_of_a_cut_cursor_is_none() -> None:
    cursor = CURSORS.write(Position(["auth0|1", 5], False), b"search")
    with pytest.raises(InvalidCursor, match="not a cursor"):
        CURSORS.read(cursor[:-4], b"search")


def test_a_cursor_is_of_one_search() -> None:
    cursor = CURSORS.write(Position(["a"], False), b"search")
    with pytest.raises(InvalidCursor, match="another search"):
        CURSORS.read(cursor, b"another")


def test_tokens_rotate_while_walks_go_on() -> None:
    cursor = Cursors(["old"]).write(Position(["a"], False), b"s")
    assert Cursors(["new", "old"]).read(cursor, b"s").after == ["a"]
    with pytest.raises(InvalidCursor):
        Cursors(["new"]).read(cursor, b"s")


def test_a_cursor_tells_nothing_of_the_token() -> None:
    cursor = Cursors(["a-token-nobody-knows"]).write(Position(["a"], False), b"s")
    assert "token" not in cursor
