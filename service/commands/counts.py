"""Counts and sizes as commands print them; pure."""


def counted(count: int, noun: str) -> str:
    """`1 event`, `1,204 events`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size(count: int) -> str:
    """Bytes → `1.5 kB`."""
    if count < 1000:
        return counted(count, "byte")
    amount = float(count)
    for unit in ("kB", "MB"):
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} GB"
