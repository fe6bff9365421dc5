"""Says when to log something that happens again and again: at most once a minute, with a count.

Nothing is uncounted: what was kept silent is part of the next number.
"""

from collections.abc import Callable
from typing import Final

MINUTE_US: Final = 60 * 1_000_000


class Throttle:
    """Occurrences by key.

    now_us: a clock in µs.
    Keys are a fixed few (reasons, codes): they are remembered for ever.
    """

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._silent: dict[str, int] = {}
        self._reported_us: dict[str, int] = {}

    def due(self, key: str = "", occurrences: int = 1) -> int:
        """Count occurrences. Returns how many to report now, these included; 0: keep silent.

        >>> if times := throttle.due("unauthorized"):
        ...     log.warning("events are being lost", extra={"times": times})
        """
        now = self._now_us()
        count = self._silent.get(key, 0) + occurrences
        last = self._reported_us.get(key)
        if last is not None and 0 <= now - last < MINUTE_US:
            self._silent[key] = count
            return 0
        self._silent[key] = 0
        self._reported_us[key] = now
        return count
