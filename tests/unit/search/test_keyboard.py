"""The same keys on another keyboard."""

import pytest

from service.search.keyboard import on_the_other_layout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Bdfyjd", "иванов"),
        ("ыьшер", "smith"),
        ("[jvtyrj", "хоменко"),
        ("ab", None),
        ("ann@acme.com", None),
        ("ann5", None),
        ("山田太", None),
    ],
)
def test_the_same_keys(typed: str, meant: str | None) -> None:
    assert on_the_other_layout(typed) == meant
