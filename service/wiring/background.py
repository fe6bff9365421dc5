"""The parts of `serve` that run in the background: one that fails is told of, and run again.

Promise: a fault of ours in one part neither closes the door to events nor stops another part.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type
from tenacity.wait import wait_random_exponential

from service.observability.health import Check

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
# Longer than any pause, so that what fails again and again is never shown as well in between.
_SHOWN_US = 120 * 1_000_000


class Background:
    """Keeps parts running until they return or are cancelled."""

    def __init__(
        self, *, now_us: Callable[[], int], longest_pause_s: float = _LONGEST_PAUSE_S
    ) -> None:
        self._now_us = now_us
        self._wait = wait_random_exponential(multiplier=_FIRST_PAUSE_S, max=longest_pause_s)
        self._failed: dict[str, tuple[str, int]] = {}

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Run a part; after an exception from the beginning, after a pause.

        name: of the part, for people.
        """

        def note(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            self._failed[name] = (type(error).__name__, self._now_us())
            log.error(
                "the %s failed and is started again; please report this",
                name,
                extra={"action": "background_failed", "part": name},
                exc_info=error,
            )

        async def attempt() -> None:  # tenacity awaits nothing but coroutine functions
            await run()

        retrying = AsyncRetrying(
            wait=self._wait, retry=retry_if_exception_type(Exception), before_sleep=note
        )
        return asyncio.create_task(retrying(attempt), name=name)

    def check(self) -> Check:
        """Whether every part ran without a fault of late."""
        now = self._now_us()
        failed = [
            f"the {name} failed ({error}) and was started again"
            for name, (error, when_us) in self._failed.items()
            if now - when_us < _SHOWN_US
        ]
        if not failed:
            return Check("background", True, "every part runs")
        return Check(
            "background",
            False,
            "; ".join(failed),
            "a fault of this program: see its log for the action background_failed",
        )
