"""Whether this clock can be believed when it says that something is old: it may have jumped ahead.

What is removed for that stays removed, though the clock is set back a minute later.
"""

import time
from collections.abc import Callable
from typing import Final

_BELIEVED_AFTER_S: Final = 24 * 3600.0


def _since_boot_s() -> float:
    """Nobody sets it, and it goes on while the machine sleeps, where the system has such a one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Watches a clock from now on. now_us: it, µs since the epoch. since_boot_s: what it is held
    against."""

    def __init__(
        self, now_us: Callable[[], int], since_boot_s: Callable[[], float] = _since_boot_s
    ) -> None:
        self._now_us = now_us
        self._since_boot_s = since_boot_s
        self._ahead_by_s = self._difference_s()
        self._noticed_s: float | None = None

    def jumped_s(self, tolerance_s: float) -> float:
        """Seconds by which it jumped ahead; 0 for less than the tolerance.

        A jump is believed in the end: a machine that starts with a wrong clock is set right so.
        """
        jumped_s = self._difference_s() - self._ahead_by_s
        if jumped_s <= tolerance_s:
            self._noticed_s = None
            return 0.0
        now_s = self._since_boot_s()
        if self._noticed_s is None:
            self._noticed_s = now_s
        if now_s - self._noticed_s < _BELIEVED_AFTER_S:
            return jumped_s
        self._ahead_by_s += jumped_s
        self._noticed_s = None
        return 0.0

    def _difference_s(self) -> float:
        return self._now_us() / 1e6 - self._since_boot_s()
