"""Times, spans and sizes as a person reads them."""

import pytest

from service.commands.moments import moment, size, span


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


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (2_000_000, "2.0 MB"),
        (5 * 10**12, "5000.0 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
