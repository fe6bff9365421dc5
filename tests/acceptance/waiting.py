"""Waiting for another process: for a condition, with a deadline, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 30.0


async def eventually(
    condition: Callable[[], Awaitable[bool]], *, within: float = PATIENCE_S, what: str = ""
) -> None:
    """Return when the condition holds. Raises AssertionError when it doesn't within seconds."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110 - the condition is another process's
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what or condition} did not happen in {within:g} s") from None
