"""Waiting for a condition, with a deadline; never for a time.

Each raises AssertionError when the condition doesn't hold in time.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 30.0
_LOOK_EVERY_S = 0.01


async def eventually(
    condition: Callable[[], Awaitable[bool]], *, within: float = PATIENCE_S, what: str = ""
) -> None:
    """Return when a condition holds that has to be asked for: another process's, say."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110 - nothing tells when it changes
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        raise _in_vain(what or condition, within) from None


async def until(condition: Callable[[], bool], *, within: float = PATIENCE_S) -> None:
    """Return when a condition holds that can be seen from here."""
    await eventually(lambda: _seen(condition), within=within, what=str(condition))


def until_other_thread(condition: Callable[[], bool], *, within: float = PATIENCE_S) -> None:
    """Return when another thread, or process, has made a condition hold; blocks this one."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise _in_vain(condition, within)
        threading.Event().wait(_LOOK_EVERY_S)


async def _seen(condition: Callable[[], bool]) -> bool:
    return condition()


def _in_vain(what: object, within: float) -> AssertionError:
    return AssertionError(f"{what} did not happen in {within:g} s")
