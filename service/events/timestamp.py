"""RFC 3339 times to microseconds since the epoch, and back."""

from typing import NamedTuple


class InvalidTimestamp(ValueError):
    """Not an RFC 3339 time with an offset; `detail` says why and shows a right one."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Timestamp(NamedTuple):
    """An instant: microseconds since the epoch in UTC, and whether a fraction was written."""

    us: int
    has_fraction: bool


def parse_rfc3339(text: str) -> Timestamp:
    """The instant of an RFC 3339 text. Raises InvalidTimestamp."""
    raise NotImplementedError


def format_us(us: int) -> str:
    """`2025-02-01T12:34:56.123456Z`, always with six fractional digits."""
    raise NotImplementedError
