"""Values of filters by kind, as OpenSearch takes them, or the position of the mistake. Pure."""

import ipaddress
import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Final

from service.search.filter_syntax import FilterError, Text

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-](?:0\d|1[0-7]):[0-5]\d|[+-]18:00)",
    re.ASCII,
)
_RELATIVE: Final = re.compile(r"now(?:-(\d{1,5})([smhdwMy]))?", re.ASCII)
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WHOLE: Final = re.compile(r"-?\d{1,19}", re.ASCII)
# What dates of nanosecond precision, as event.time is, can be compared with.
_FIRST_YEAR, _LAST_YEAR = 1970, 2261
_MOST_YEARS: Final = 50
_MOST: Final = {
    "d": _MOST_YEARS * 365,
    "w": _MOST_YEARS * 52,
    "M": _MOST_YEARS * 12,
    "y": _MOST_YEARS,
}
_LONG: Final = 2**63


def moment(value: Text) -> str:
    """A day, a date-time with an offset, or a span before now."""
    text = value.text
    if _is_moment(text):
        return text
    if span := _RELATIVE.fullmatch(text):
        if span[2] in _MOST and int(span[1]) > _MOST[span[2]]:
            raise FilterError(value.position, f"at most {_MOST_YEARS} years before now")
        return text
    raise FilterError(
        value.position, "a date such as 2026-01-31, 2026-01-31T09:30:00Z or now-30d (s m h d w M y)"
    )


def instant(value: Text, now: datetime) -> str:
    """A span before now, as the instant that it is: ISO 8601 in UTC, to the millisecond."""
    span = _RELATIVE.fullmatch(moment(value))
    assert span is not None
    unit, then = span[2], now.astimezone(UTC)
    if unit in _UNITS:
        then -= timedelta(**{_UNITS[unit]: int(span[1])})
    elif unit:
        then = _months_before(then, int(span[1]) * (12 if unit == "y" else 1))
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _months_before(then: datetime, months: int) -> datetime:
    """On the same day of the month, or its last, as OpenSearch counts too."""
    year, month = divmod(then.year * 12 + then.month - 1 - months, 12)
    day = min(then.day, monthrange(year, month + 1)[1])
    return then.replace(year=year, month=month + 1, day=day)


def _is_moment(text: str) -> bool:
    if not (_DAY.fullmatch(text) or _MOMENT.fullmatch(text)):
        return False
    try:
        return _FIRST_YEAR < datetime.fromisoformat(text).year < _LAST_YEAR
    except ValueError:
        return False


def count(value: Text) -> int:
    """An integer of 64 bits."""
    if _WHOLE.fullmatch(value.text) and -_LONG <= (number := int(value.text)) < _LONG:
        return number
    raise FilterError(value.position, "a whole number")


def boolean(value: Text) -> bool:
    """true or false."""
    if value.text in {"true", "false"}:
        return value.text == "true"
    raise FilterError(value.position, "true or false")


def ip(value: Text) -> str:
    """An address; a network such as 10.0.0.0/8 matches all in it."""
    text = value.text
    try:
        return str(_network(text) if "/" in text else _address(text))
    except ValueError:
        raise FilterError(
            value.position, "an IP address, or a network such as 10.0.0.0/8"
        ) from None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= 96:  # OpenSearch refuses it written so
        return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        raise ValueError("OpenSearch knows no scopes")
    return address
