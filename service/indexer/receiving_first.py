"""Leaves the processor to receiving while a flood comes in, for a few seconds.

Receiving and indexing share one interpreter. What isn't acknowledged in time is sent four times and
then never again; what is acknowledged is only found later. Indexing what has piled up also costs
less: fewer batches, and who changed often is written once.
"""

import time
from collections.abc import Callable

# More than can be received and indexed at once on two processors.
_FLOOD_PER_S = 6_000
_LOOK_S = 0.05
_LEAST_WAITING = int(_FLOOD_PER_S * _LOOK_S)

# A rate seen longer ago than this says nothing of what comes in now.
_LOOKS_LAST_S = 0.25

# Of one flood. One that goes on is indexed while it comes in: it must not be found ever later.
_LONGEST_S = 5.0


class ReceivingFirst:
    """Asked before each claim. caught_up: events in the journal that are no backlog."""

    def __init__(
        self, *, caught_up: int, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._caught_up = caught_up
        self._monotonic_s = monotonic_s
        self._left_s = _LONGEST_S
        self._paused_since_s: float | None = None
        self._looked_s = -_LOOKS_LAST_S
        self._last_seq = 0
        self._per_s = 0.0

    def pause_s(self, *, last_seq: int, unclaimed: int, journaled: int) -> float:
        """Seconds to wait before asking again; 0 when to claim.

        last_seq: the newest given. unclaimed, journaled: events that wait to be claimed, and all.
        """
        now_s = self._monotonic_s()
        paused_since_s, self._paused_since_s = self._paused_since_s, None
        if paused_since_s is not None:
            self._left_s -= now_s - paused_since_s  # a busy machine's timers are late
        if journaled <= self._caught_up:
            self._left_s = _LONGEST_S
        if unclaimed < _LEAST_WAITING or self._left_s <= 0:
            return 0
        self._look(now_s, last_seq, paused=paused_since_s is not None)
        if self._per_s < _FLOOD_PER_S:
            return 0
        self._paused_since_s = now_s
        return _LOOK_S

    def _look(self, now_s: float, last_seq: int, *, paused: bool) -> None:
        """paused: since the last look, so that it counts however long ago it was."""
        since_s = now_s - self._looked_s
        if since_s > _LOOKS_LAST_S and not paused:
            self._per_s = _FLOOD_PER_S  # until there is a second look
        elif since_s >= _LOOK_S:
            self._per_s = (last_seq - self._last_seq) / since_s
        if since_s >= _LOOK_S:
            self._looked_s, self._last_seq = now_s, last_seq
