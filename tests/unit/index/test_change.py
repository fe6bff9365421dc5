"""A change reads as a line of a diff."""

import pytest

from service.index.change import Change


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change("index a", None, "behind b"), "+ index a: behind b"),
        (Change("field a", "x", None), "- field a: x"),
        (Change("a: b", "1", True), "~ a: b: 1 → true"),
        (Change("a", None, {"type": "ip"}, "new"), '+ a: {"type": "ip"} (new)'),
        (Change("a", None, "é" * 300), f"+ a: {'é' * 200}…"),
    ],
)
def test_lines(change: Change, line: str) -> None:
    assert str(change) == line
