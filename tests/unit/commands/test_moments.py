"""Times and spans as a person reads them."""

import pytest

from service.commands.moments import moment, span


def test_a_moment_is_utc_to_the_second() -> None:
    assert moment(1_738_412_345_678_901) == "2025-02-01 12:19:05 UTC"


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (-5, "0 ms"),
        (340_000, "340 ms"),
        (3_200_000, "3.2 s"),
        (300_000_000, "5 min"),
        (7 * 3_600_000_000, "7 h"),
        (12 * 86_400_000_000, "12 d"),
    ],
)
def test_spans(us: int, text: str) -> None:
    assert span(us) == text
