"""Times and spans as commands print them."""

from datetime import UTC, datetime


def moment(us: int) -> str:
    """µs since the epoch → `2026-01-31 12:34:56 UTC`."""
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def span(us: int) -> str:
    """A span in µs → about two digits of it: `340 ms`, `3.2 s`, `5 min`, `7 h`, `12 d`."""
    seconds = max(0, us) / 1e6
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    for unit, length, until in (("min", 60, 3600), ("h", 3600, 86_400)):
        if seconds < until:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
