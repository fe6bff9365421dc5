"""Durations, sizes and other numbers as people write them; pure.

Every parser raises ValueError with the sentence that the operator reads.
"""

import re

MILLISECOND_US = 1_000
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_DURATIONS = {
    "d": DAY_US,
    "h": HOUR_US,
    "m": MINUTE_US,
    "min": MINUTE_US,
    "s": SECOND_US,
    "ms": MILLISECOND_US,
    "": SECOND_US,
}
_SIZES = {
    "gib": GIB,
    "mib": MIB,
    "kib": KIB,
    "gb": 10**9,
    "mb": 10**6,
    "kb": 10**3,
    "b": 1,
    "": 1,
}
_QUANTITY = re.compile(r"(\d{1,15})(?:\.(\d{1,9}))?\s*([A-Za-z]*)", re.ASCII)


def duration_us(text: str) -> int:
    """`30d`, `12h`, `10m` or `10min`, `1.5s`, `200ms`, plain seconds → µs."""
    return _quantity(text, _DURATIONS, "a duration: a number and one of d, h, m, s, ms")


def duration_seconds(text: str) -> float:
    """The same in seconds, for what counts in seconds."""
    return duration_us(text) / SECOND_US


def size_bytes(text: str) -> int:
    """`32MiB`, `64MB`, `1GiB`, `8KiB`, plain bytes → bytes."""
    return _quantity(text, _SIZES, "a size: a number and one of KiB, MiB, GiB, kB, MB, GB")


def whole_number(text: str) -> int:
    """Decimal digits, with `_` between them allowed."""
    digits = text.strip().replace("_", "")
    if not re.fullmatch(r"\d{1,18}", digits, re.ASCII):
        raise ValueError(f"{shortened(text)} is not a whole number")
    return int(digits)


def switch(text: str) -> bool:
    """`on` or `off`."""
    word = text.strip().lower()
    if word in {"on", "true", "yes", "1"}:
        return True
    if word in {"off", "false", "no", "0"}:
        return False
    raise ValueError(f"{shortened(text)} is neither on nor off")


def format_duration(us: int) -> str:
    """µs → the shortest exact text that duration_us reads."""
    return _formatted(us, {"d": DAY_US, "h": HOUR_US, "m": MINUTE_US, "s": SECOND_US}, "ms")


def format_seconds(seconds: float) -> str:
    """Seconds → the same."""
    return format_duration(round(seconds * SECOND_US))


def format_size(size: int) -> str:
    """Bytes → the shortest exact text that size_bytes reads."""
    return _formatted(size, {"GiB": GIB, "MiB": MIB, "KiB": KIB}, "")


def format_switch(value: bool) -> str:
    """`on` or `off`."""
    return "on" if value else "off"


def shortened(text: str) -> str:
    """Quoted for a message, without control characters, never longer than a line."""
    return ascii(text) if len(text) <= 60 else ascii(text[:57]) + "…"


def _quantity(text: str, units: dict[str, int], expected: str) -> int:
    match = _QUANTITY.fullmatch(text.strip())
    unit = match and units.get(match[3].lower())
    if not match or not unit:
        raise ValueError(f"{shortened(text)} is not {expected}")
    fraction = match[2] or ""
    scale: int = 10 ** len(fraction)
    return int(match[1] + fraction) * unit // scale


def _formatted(value: int, units: dict[str, int], smallest: str) -> str:
    for name, factor in units.items():
        if value and value % factor == 0:
            return f"{value // factor}{name}"
    if value == 0 and smallest:
        return "0s"
    if not smallest:
        return str(value)
    whole, rest = divmod(value, MILLISECOND_US)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".") + smallest
