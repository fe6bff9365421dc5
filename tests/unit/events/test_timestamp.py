"""RFC 3339 times: every accepted way of writing an instant, every refused one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.timestamp import InvalidTimestamp, format_us, parse_rfc3339

NOON_US = 1738411200000000  # 2025-02-01T12:00:00Z
FIRST_US = -62135596800000000
LAST_US = 253402300799999999

instants = st.datetimes().filter(lambda instant: 1 < instant.year < 9999)
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "us", "has_fraction"),
    [
        ("2025-02-01T12:00:00Z", NOON_US, False),
        ("2025-02-01t12:00:00z", NOON_US, False),
        ("2025-02-01 12:00:00z", NOON_US, False),
        ("2025-02-01T12:00:00+00:00", NOON_US, False),
        ("2025-02-01T12:00:00-00:00", NOON_US, False),
        ("2025-02-01T17:30:00+05:30", NOON_US, False),
        ("2025-02-01T00:30:00-11:30", NOON_US, False),
        ("2025-02-02T11:59:00+23:59", NOON_US, False),
        ("2025-01-31T12:01:00-23:59", NOON_US, False),
        ("2025-02-01T12:00:00.0Z", NOON_US, True),
        ("2025-02-01T12:00:00.5Z", NOON_US + 500_000, True),
        ("2025-02-01T12:00:00.789Z", NOON_US + 789_000, True),
        ("2025-02-01T12:00:00.123456Z", NOON_US + 123_456, True),
        ("2025-02-01T12:00:00.123456789Z", NOON_US + 123_456, True),
        ("2025-02-01T12:00:00.9999999999Z", NOON_US + 999_999, True),
        ("2025-02-01T12:00:00.000000" + "9" * 100_000 + "Z", NOON_US, True),
        ("2025-02-01T17:30:00.25+05:30", NOON_US + 250_000, True),
        ("1970-01-01T00:00:00Z", 0, False),
        ("1969-12-31T23:59:59.999999Z", -1, True),
        ("2024-02-29T00:00:00Z", 1709164800000000, False),
        ("2000-02-29T00:00:00Z", 951782400000000, False),
        ("0001-01-01T00:00:00Z", FIRST_US, False),
        ("9999-12-31T23:59:59.999999Z", LAST_US, True),
        # A leap second is its minute's last microsecond, whatever its own fraction and offset.
        ("2016-12-31T23:59:60Z", 1483228799999999, True),
        ("2016-12-31T23:59:60.5Z", 1483228799999999, True),
        ("2017-01-01T05:29:60+05:30", 1483228799999999, True),
        ("1990-12-31T15:59:60-08:00", 662687999999999, True),
        ("9999-12-31T23:59:60Z", LAST_US, True),
    ],
)
def test_an_instant_has_one_number(text: str, us: int, has_fraction: bool) -> None:
    assert parse_rfc3339(text) == (us, has_fraction)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2025-02-01T12:00:00", "has no offset"),
        ("2025-02-01 12:00:00.123", "has no offset"),
        ("", "is not an RFC 3339 time"),
        ("yesterday", "is not an RFC 3339 time"),
        ("1738411200", "is not an RFC 3339 time"),
        ("2025-02-01", "is not an RFC 3339 time"),
        ("2025-02-01T12:00Z", "is not an RFC 3339 time"),
        ("2025-2-1T12:00:00Z", "is not an RFC 3339 time"),
        ("20250201T120000Z", "is not an RFC 3339 time"),
        ("2025-W05-6T12:00:00Z", "is not an RFC 3339 time"),
        ("2025-032T12:00:00Z", "is not an RFC 3339 time"),
        ("12025-02-01T12:00:00Z", "is not an RFC 3339 time"),
        ("-2025-02-01T12:00:00Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00,5Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00.Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00+0530", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00+05", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00 Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00+05:30Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00UTC", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00[Europe/Zurich]", "is not an RFC 3339 time"),
        ("2025-02-01_12:00:00Z", "is not an RFC 3339 time"),
        (" 2025-02-01T12:00:00Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00Z\n", "is not an RFC 3339 time"),
        ("٢٠٢٥-02-01T12:00:00Z", "is not an RFC 3339 time"),
        ("2025-02-01T12:00:00.٥Z", "is not an RFC 3339 time"),
        ("2025-02-29T12:00:00Z", "has no such day in the calendar"),
        ("1900-02-29T12:00:00Z", "has no such day in the calendar"),
        ("2025-04-31T12:00:00Z", "has no such day in the calendar"),
        ("2025-13-01T12:00:00Z", "has no such day in the calendar"),
        ("2025-00-01T12:00:00Z", "has no such day in the calendar"),
        ("2025-02-00T12:00:00Z", "has no such day in the calendar"),
        ("0000-01-01T12:00:00Z", "has no such day in the calendar"),
        ("2025-02-01T24:00:00Z", "has no such time of day"),
        ("2025-02-01T12:60:00Z", "has no such time of day"),
        ("2025-02-01T12:00:61Z", "has no such time of day"),
        ("2025-02-01T12:00:00+24:00", "has an offset beyond 23:59"),
        ("2025-02-01T12:00:00-05:60", "has an offset beyond 23:59"),
        ("2016-12-31T23:58:60Z", "has a leap second elsewhere than at 23:59:60 UTC"),
        ("2016-12-31T23:59:60+05:30", "has a leap second elsewhere than at 23:59:60 UTC"),
        ("2025-02-01T12:00:60Z", "has a leap second elsewhere than at 23:59:60 UTC"),
        ("0001-01-01T00:00:00+00:01", "is outside of the years 1 to 9999 in UTC"),
        ("9999-12-31T23:59:00-00:01", "is outside of the years 1 to 9999 in UTC"),
    ],
)
def test_what_names_no_instant_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidTimestamp) as caught:
        parse_rfc3339(text)
    assert reason in caught.value.detail
    assert "such as 2025-02-01T12:34:56.789Z" in caught.value.detail


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\ud800" * 100, "\x00\x1b[31m"])
def test_a_reason_is_short_and_printable(text: str) -> None:
    with pytest.raises(InvalidTimestamp) as caught:
        parse_rfc3339(text)
    assert len(caught.value.detail) < 400
    assert caught.value.detail.isascii()
    assert caught.value.detail.isprintable()


@given(instants, offsets)
def test_any_instant_is_read_as_the_standard_library_reads_it(
    instant: datetime, offset: timezone
) -> None:
    local = instant.replace(tzinfo=offset)
    us = (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert parse_rfc3339(local.isoformat()).us == us
    assert parse_rfc3339(local.isoformat()).has_fraction == bool(instant.microsecond)


@given(st.integers(FIRST_US, LAST_US))
def test_what_is_formatted_is_read_back(us: int) -> None:
    assert parse_rfc3339(format_us(us)) == (us, True)


@given(st.integers(FIRST_US, LAST_US), st.integers(FIRST_US, LAST_US))
def test_formatted_times_sort_as_their_instants(one: int, other: int) -> None:
    assert (format_us(one) < format_us(other)) == (one < other)


@given(st.text() | st.text("0123456789-:.+TtZz ", max_size=40))
def test_any_text_is_a_time_or_invalid(text: str) -> None:
    try:
        us = parse_rfc3339(text).us
    except InvalidTimestamp:
        return
    assert FIRST_US <= us <= LAST_US


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (NOON_US, "2025-02-01T12:00:00.000000Z"),
        (FIRST_US, "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_times_are_formatted_with_six_digits(us: int, text: str) -> None:
    assert format_us(us) == text


@pytest.mark.parametrize("us", [FIRST_US - 1, LAST_US + 1])
def test_a_time_that_has_no_text_is_an_error(us: int) -> None:
    with pytest.raises(OverflowError):
        format_us(us)
