"""What keeps the indexer from writing right now, for logs and `/healthz`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from service.observability.throttle import Throttle

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One cause, since when (µs since the epoch), and how often it was met."""

    code: str
    reason: str
    since_us: int
    times: int


class Troubles:
    """Causes by code; each is logged when it begins, at most once a minute, and when it ends.

    What comes and goes many times a minute is logged as if it came once.
    """

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._current: dict[str, Trouble] = {}
        self._told: set[str] = set()
        self._throttle = Throttle(now_us)

    def met(self, code: str, reason: str) -> None:
        """Something kept an event from being written; it will be tried again."""
        before = self._current.get(code)
        since_us, times = (before.since_us, before.times) if before else (self._now_us(), 0)
        self._current[code] = Trouble(code, reason, since_us, times + 1)
        if self._throttle.due(code):
            self._told.add(code)
            # The reason can quote a user's id or a value: it is shown in /healthz, never logged.
            log.warning(
                "OpenSearch can't take events now (%s; /healthz says more); they stay in the "
                "journal and are retried",
                code,
                extra={"action": "indexing_held_up", "code": code, "times": times + 1},
            )

    def over(self) -> None:
        """All causes are gone."""
        for code, trouble in self._current.items():
            if code not in self._told:
                continue
            seconds = (self._now_us() - trouble.since_us) / 1e6
            log.info(
                "OpenSearch takes events again (%s)",
                code,
                extra={"action": "indexing_resumed", "code": code, "seconds": seconds},
            )
        self._current.clear()
        self._told.clear()

    def current(self) -> list[Trouble]:
        """What holds events up now, oldest first."""
        return sorted(self._current.values(), key=lambda trouble: trouble.since_us)


class WritingTroubles:
    """requests: what keeps whole requests from being written. items: what keeps single items."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self.requests = Troubles(now_us)
        self.items = Troubles(now_us)

    def current(self) -> list[Trouble]:
        """What holds events up now, each cause once."""
        found = self.requests.current() + self.items.current()
        return list({trouble.code: trouble for trouble in found}.values())
