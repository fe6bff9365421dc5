"""The clocks, in µs. The core never asks them: who calls it says what time it is."""

import time


def clock_us() -> int:
    """The time now, µs since the epoch."""
    return time.time_ns() // 1000


def steady_us() -> int:
    """µs since some moment: nobody sets it."""
    return time.monotonic_ns() // 1000
