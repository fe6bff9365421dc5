"""Values of filters by kind, as OpenSearch takes them, or the position of the mistake. Pure."""

import ipaddress
import re
from datetime import datetime
from typing import Final

from service.search.filter_syntax import FilterError, Text

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_RELATIVE: Final = re.compile(r"now(-\d{1,5}[smhdwMy])?", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,19}", re.ASCII)
# What dates of nanosecond precision, as event.time is, can be compared with.
_FIRST_YEAR, _LAST_YEAR = 1970, 2261
_MOST_UNITS = 50
_LONG: Final = 2**63


def moment(value: Text) -> str:
    """A day, a date-time with an offset, or a span before now."""
    text = value.text
    if _is_moment(text):
        return text
    if _RELATIVE.fullmatch(text):
        if text[-1] in "My" and int(text[4:-1]) > _MOST_UNITS:
            raise FilterError(value.position, f"at most {_MOST_UNITS} months or years before now")
        return text
    raise FilterError(
        value.position, "a date such as 2026-01-31, 2026-01-31T09:30:00Z or now-30d (s m h d w M y)"
    )


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
        read = ipaddress.ip_network(text, strict=False) if "/" in text else _address(text)
    except ValueError:
        raise FilterError(
            value.position, "an IP address, or a network such as 10.0.0.0/8"
        ) from None
    return str(read)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        raise ValueError("OpenSearch knows no scopes")
    return address
