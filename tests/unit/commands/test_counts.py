"""Counts and sizes as a person reads them."""

import pytest

from service.commands.counts import counted, size


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 events"), (1, "1 event"), (1204, "1,204 events")]
)
def test_counts(count: int, text: str) -> None:
    assert counted(count, "event") == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (2_000_000, "2.0 MB"),
        (5 * 10**12, "5000.0 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
