"""Durations and sizes as people write them, and back."""

import pytest

from service.settings.quantities import (
    duration_us,
    format_duration,
    format_size,
    shortened,
    size_bytes,
    switch,
    whole_number,
)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("30d", 2_592_000_000_000),
        ("12h", 43_200_000_000),
        ("10m", 600_000_000),
        ("10min", 600_000_000),
        ("1.5s", 1_500_000),
        ("200ms", 200_000),
        ("0.5ms", 500),
        ("90", 90_000_000),
        (" 2 H ", 7_200_000_000),
        ("0", 0),
    ],
)
def test_durations(text: str, us: int) -> None:
    assert duration_us(text) == us


@pytest.mark.parametrize(
    "text", ["", "d", "-1s", "1e3", "nan", "inf", "1w", "1 s s", "١s", "9" * 30]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration_us(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("32MiB", 33_554_432),
        ("64MB", 64_000_000),
        ("1 GiB", 1_073_741_824),
        ("8kib", 8192),
        ("1.5kB", 1500),
        ("4096", 4096),
        ("4096B", 4096),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "-1", "1TB", "32 megabytes", "0x10", "1.2.3"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        size_bytes(text)


@pytest.mark.parametrize("text", ["30d", "12h", "10m", "90s", "200ms", "0.5ms", "0s"])
def test_a_duration_is_shown_as_it_is_written(text: str) -> None:
    assert format_duration(duration_us(text)) == text


@pytest.mark.parametrize("text", ["4GiB", "32MiB", "8KiB", "1500", "0"])
def test_a_size_is_shown_as_it_is_written(text: str) -> None:
    assert format_size(size_bytes(text)) == text


@pytest.mark.parametrize("text", ["1.5", "ten", "-1", "", "²", "9" * 19])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number"):
        whole_number(text)


def test_whole_numbers() -> None:
    assert whole_number(" 1_000 ") == 1000


@pytest.mark.parametrize(
    ("text", "on"), [("on", True), ("OFF", False), ("true", True), ("0", False)]
)
def test_switches(text: str, on: bool) -> None:
    assert switch(text) is on


def test_what_is_no_switch() -> None:
    with pytest.raises(ValueError, match="'maybe' is neither on nor off"):
        switch("maybe")


def test_messages_stay_on_one_short_line() -> None:
    assert len(shortened("x" * 1000)) < 64
    assert "\n" not in shortened("a\nb")


@pytest.mark.parametrize("us", [1_234_567_800_000, 1_500, 1, 1_234_567_890_123])
def test_a_duration_is_shown_exactly_and_read_back(us: int) -> None:
    assert duration_us(format_duration(us)) == us
