"""The one retry policy of the indexer: for ever, jittered exponential pauses, until it stops."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from tenacity import AsyncRetrying, RetryCallState, RetryError, retry_if_exception_type
from tenacity.wait import wait_random_exponential

_FIRST_PAUSE_S = 0.1

_T = TypeVar("_T")


class Interrupted(Exception):
    """The indexer stops, so nothing is tried again."""


class Retry:
    """Tries again after passing faults.

    longest_pause_s: between two tries. stopping: once set, the next fault is the last.
    """

    def __init__(self, longest_pause_s: float, stopping: asyncio.Event) -> None:
        self._wait = wait_random_exponential(multiplier=_FIRST_PAUSE_S, max=longest_pause_s)
        self._stopping = stopping
        self._sooner = asyncio.Event()

    def hurry(self) -> None:
        """End the pauses of this moment: what was waited for may be over."""
        sooner, self._sooner = self._sooner, asyncio.Event()
        sooner.set()

    async def after(
        self,
        fault: type[Exception],
        act: Callable[[], Awaitable[_T]],
        note: Callable[[RetryCallState], None] | None = None,
    ) -> _T:
        """Act until it succeeds, pausing after each fault; other exceptions pass through.

        note: told each fault before the pause. Raises Interrupted when stopping.
        """
        retrying = AsyncRetrying(
            wait=self._wait,
            retry=retry_if_exception_type(fault),
            stop=lambda _: self._stopping.is_set(),
            sleep=self._pause,
            before_sleep=note,
        )

        async def attempt() -> _T:  # tenacity awaits nothing but coroutine functions
            return await act()

        try:
            return await retrying(attempt)
        except RetryError as given_up:
            raise Interrupted from given_up

    async def unless_stopping(self, waiting: Coroutine[Any, Any, object]) -> bool:
        """Wait, but no longer than until stopping; True when the wait came to its end."""
        work = asyncio.ensure_future(waiting)
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
            if self._stopping.is_set():
                return False
            work.result()
            return True
        finally:
            for task in (work, stop):
                task.cancel()
            await asyncio.gather(work, stop, return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.unless_stopping(self._sooner.wait())
