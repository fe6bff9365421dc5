"""What senders wrote is shown, whatever characters they took."""

import json

import pytest

from service.observability.printable import printable, printable_json, printable_lines

HOSTILE = "a\x1b[31m\x07\x9b2J\u202e\x7f\U000e0001\u2028[bold] Zoë"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 名前", "Zoë 名前"),
        ("a\x1b[31mb\x07[bold]\ud800", r"a\x1b[31mb\x07[bold]\ud800"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
    ],
)
def test_a_text_from_outside_is_shown_not_obeyed(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_that_are_meant_stay() -> None:
    assert printable_lines("a\x1b\nb") == "a\\x1b\nb"


@pytest.mark.parametrize("indent", [None, 2])
def test_json_means_the_same(indent: int | None) -> None:
    value = {HOSTILE: [HOSTILE, "\n"]}
    text = printable_json(json.dumps(value, ensure_ascii=False, indent=indent))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert json.loads(text) == value
