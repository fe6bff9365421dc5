"""The clocks, in µs. The core never asks them: who calls it says what time it is."""

import time


def clock_us() -> int:
    """The time now, µs since the epoch."""
    return time.time_ns() // 1000


def age_us(since_us: int | None, now_us: int) -> int:
    """How long something has lasted; 0 when it doesn't, or its clock was ahead."""
    return 0 if since_us is None else max(0, now_us - since_us)


def steady_us() -> int:
    """µs since some moment: nobody sets it."""
    return time.monotonic_ns() // 1000
