"""Sequence numbers as text and back."""

import pytest

from service.admin.seq_ranges import MOST, parse, ranges, show


@pytest.mark.parametrize(
    ("seqs", "text"),
    [([7], "7"), ([3, 1, 2, 2], "1-3"), ([9, 1, 2, 5], "1-2,5,9"), ([], "")],
)
def test_stretches_are_shown_short(seqs: list[int], text: str) -> None:
    assert show(ranges(seqs)) == text


@pytest.mark.parametrize("text", ["7", "1-3", "1-2,5,9", "5, 8-10"])
def test_what_is_shown_is_read(text: str) -> None:
    assert show(parse(text)) == text.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    ["", "a", "0", "-1", "3-1", "1,,2", "2,1", "1-5,5", "1;2", "9" * 19, "١"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="sequence numbers"):
        parse(text)


def test_not_too_many_at_once() -> None:
    with pytest.raises(ValueError, match=str(MOST)):
        parse(",".join(str(n) for n in range(1, 2 * MOST + 4, 2)))
