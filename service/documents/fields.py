"""The typed profile fields in one table, and what fits each: checked before OpenSearch sees it.

OpenSearch rejects a whole document for one value of the wrong type, and silently converts others
(`""` in a boolean is false, 3.7 in a long is 3). What passes here is accepted and means the same.
"""

import re
from calendar import isleap
from collections.abc import Callable, Mapping
from enum import Enum
from ipaddress import IPv6Address
from typing import Final

from service.documents.free_form import is_encodable
from service.events.json_value import JsonValue


class Fit(Enum):
    """The answer of a check whose value does not fit; null fits every field."""

    MISFIT = 0


MISFIT: Final = Fit.MISFIT
Check = Callable[[JsonValue], "JsonValue | Fit"]

MAX_VALUES: Final = 10_000
"""Values of an array that is indexed, each for itself: the millions that a body has room for would
take all of the engine's memory, and end it again each time they are sent."""

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_EXACT_FLOAT = 2.0**53  # up to here every whole float is one integer

# RFC 3339 as far as `strict_date_optional_time` follows it: upper-case T and Z, no leap second,
# at most 9 fractional digits, offsets within 18 hours.
_DATE: Final = re.compile(
    r"(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-7]):[0-5][0-9]|18:00))"
)
_DAYS: Final = {"02": 28, "04": 30, "06": 30, "09": 30, "11": 30}

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


def text(value: JsonValue) -> "JsonValue | Fit":
    """A string that UTF-8 can hold, of any length, NUL characters included."""
    if isinstance(value, str) and (value.isascii() or is_encodable(value)):
        return value
    return MISFIT


def boolean(value: JsonValue) -> "JsonValue | Fit":
    """true or false, and nothing that OpenSearch would take for one."""
    return value if value is True or value is False else MISFIT


def date(value: JsonValue) -> "JsonValue | Fit":
    """An RFC 3339 date-time of the calendar, with its offset; kept as written."""
    if not isinstance(value, str):
        return MISFIT
    match = _DATE.fullmatch(value)
    if match is None:
        return MISFIT
    year, month, day = match.groups()
    if day > "28" and int(day) > _DAYS.get(month, 31):
        return value if month == "02" and day == "29" and isleap(int(year)) else MISFIT
    return value


def ip(value: JsonValue) -> "JsonValue | Fit":
    """An IPv4 or IPv6 address without a scope; kept as written."""
    if not isinstance(value, str):
        return MISFIT
    if _IPV4.fullmatch(value):
        return value
    if ":" not in value or "%" in value:
        return MISFIT
    try:
        IPv6Address(value)
    except ValueError:
        return MISFIT
    return value


def count(value: JsonValue) -> "JsonValue | Fit":
    """An integer of 64 bits; 3.0 is the integer 3, as in JSON Schema, and stored as 3."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT_FLOAT:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and _LONG_MIN <= value <= _LONG_MAX:
        return value
    return MISFIT


def texts(value: JsonValue) -> "JsonValue | Fit":
    """An array of at most MAX_VALUES strings, empty ones included; one that isn't spoils it."""
    if not isinstance(value, list) or len(value) > MAX_VALUES:
        return MISFIT
    return value if all(text(element) is not MISFIT for element in value) else MISFIT


TYPED_FIELDS: Final[Mapping[str, Check]] = {
    "email": text,
    "email_verified": boolean,
    "username": text,
    "phone_number": text,
    "phone_verified": boolean,
    "name": text,
    "given_name": text,
    "family_name": text,
    "nickname": text,
    "picture": text,
    "created_at": date,
    "updated_at": date,
    "last_login": date,
    "last_password_reset": date,
    "last_ip": ip,
    "logins_count": count,
    "blocked": boolean,
    "multifactor": texts,
}
