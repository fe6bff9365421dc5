"""Says why something waits, once, when it takes longer than people wonder."""

import time
from collections.abc import Callable

TELL_AFTER_S = 3.0
"""Waiting for less is the usual pace."""


class Patience:
    """From now on. waiting: told the reason."""

    def __init__(
        self, waiting: Callable[[str], None], *, tell_after_s: float = TELL_AFTER_S
    ) -> None:
        self._waiting = waiting
        self._tell_after_s = tell_after_s
        self._begun_s = time.monotonic()
        self._told = False

    def waits(self, reason: str) -> None:
        """It still waits, for this reason."""
        if not self._told and time.monotonic() - self._begun_s >= self._tell_after_s:
            self._told = True
            self._waiting(reason)
