"""Lines keep their number and content however the text arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.backfill.lines import Line, split_lines


def lines(*pieces: bytes, longest: int = 100) -> list[Line]:
    return list(split_lines(pieces, longest=longest))


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"\n\na\n", [b"", b"", b"a"]),
        (b"a\r\nb\r\n", [b"a\r", b"b\r"]),
        (b"a\rb\n", [b"a\rb"]),
    ],
)
def test_a_line_ends_at_a_newline_or_at_the_end(text: bytes, contents: list[bytes]) -> None:
    assert [line.content for line in lines(text)] == contents


def test_lines_are_numbered_from_one() -> None:
    assert [line.number for line in lines(b"a\n\nb\n")] == [1, 2, 3]


@given(st.lists(st.binary(max_size=12), max_size=12))
def test_where_the_pieces_are_cut_changes_nothing(pieces: list[bytes]) -> None:
    assert lines(*pieces) == lines(b"".join(pieces))


def test_a_line_too_long_has_no_content_and_the_next_one_is_whole() -> None:
    assert lines(b"abc", b"def", b"g\nxy\n", longest=6) == [Line(1, None), Line(2, b"xy")]


def test_a_line_of_the_greatest_length_is_whole() -> None:
    assert lines(b"abc", b"def", b"\n", longest=6) == [Line(1, b"abcdef")]


def test_the_last_line_may_be_too_long() -> None:
    assert lines(b"a\n", b"abcdefg", longest=6) == [
        Line(1, b"a"),
        Line(2, None, ended=False),
    ]
