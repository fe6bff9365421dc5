"""RFC 3339 times to microseconds since the epoch, and back.

One instant has one number, whatever offset, case or number of digits it was written with; a text
without an offset names no instant and is refused.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

_SHAPE: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_NO_OFFSET: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US
_EARLIEST_US: Final = (date.min.toordinal() - _EPOCH_DAY) * _DAY_US
_LATEST_US: Final = (date.max.toordinal() + 1 - _EPOCH_DAY) * _DAY_US - 1


class InvalidTimestamp(ValueError):
    """Not an RFC 3339 time with an offset; `detail` says why and shows a right one."""

    def __init__(self, text: str, reason: str) -> None:
        quoted = ascii(text if len(text) <= 40 else text[:40] + "…")
        detail = (
            f"{quoted} {reason}; expected RFC 3339 with an offset, such as 2025-02-01T12:34:56.789Z"
        )
        super().__init__(detail)
        self.detail = detail


class Timestamp(NamedTuple):
    """An instant, in microseconds since the epoch in UTC, further digits truncated.

    `has_fraction`: digits below the second were written. True for a leap second as well: it is read
    as the last microsecond of its minute, so nothing is left to be refined.
    """

    us: int
    has_fraction: bool


def parse_rfc3339(text: str) -> Timestamp:
    """The instant of a text by RFC 3339, section 5.6, its offset mandatory.

    Lower-case `t` and `z` and a space for the `T` are accepted, as the RFC allows, and a fraction
    of any length. Second 60 is accepted at 23:59 UTC only. Raises InvalidTimestamp.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        no_offset = _NO_OFFSET.fullmatch(text)
        raise InvalidTimestamp(text, "has no offset" if no_offset else "is not an RFC 3339 time")
    day, hour, minute, second, fraction, sign, offset_hour, offset_minute = match.groups()
    if hour > "23" or minute > "59" or second > "60":
        raise InvalidTimestamp(text, "has no such time of day")
    try:
        days = date.fromisoformat(day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise InvalidTimestamp(text, "has no such day in the calendar") from None
    minutes = days * 1440 + int(hour) * 60 + int(minute)
    if sign:
        if offset_hour > "23" or offset_minute > "59":
            raise InvalidTimestamp(text, "has an offset beyond 23:59")
        offset = int(offset_hour) * 60 + int(offset_minute)
        minutes += offset if sign == "-" else -offset
    us = (minutes * 60 + int(second)) * _SECOND_US
    if fraction:
        us += int(fraction[:6].ljust(6, "0"))
    if second == "60":
        if minutes % 1440 != 1439:
            raise InvalidTimestamp(text, "has a leap second elsewhere than at 23:59:60 UTC")
        us = (minutes + 1) * 60 * _SECOND_US - 1
    if not _EARLIEST_US <= us <= _LATEST_US:
        raise InvalidTimestamp(text, "is outside of the years 1 to 9999 in UTC")
    return Timestamp(us, fraction is not None or second == "60")


def format_us(us: int) -> str:
    """`2025-02-01T12:34:56.123456Z`, always with six fractional digits.

    `us`: microseconds since the epoch. Raises OverflowError outside of the years 1 to 9999.
    """
    second, fraction = divmod(us, _SECOND_US)
    return f"{_format_second(second)}.{fraction:06d}Z"


@lru_cache(maxsize=4096)  # what comes together happened together: half of its cost is saved
def _format_second(second: int) -> str:
    return (_EPOCH.replace(tzinfo=None) + timedelta(seconds=second)).isoformat()
