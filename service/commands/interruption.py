"""Signals that would end a command at once let it clean up first."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable


async def until_signalled(
    work: Coroutine[None, None, None], signals: Iterable[signal.Signals]
) -> signal.Signals | None:
    """Do the work; one of the signals cancels it. Returns that signal, None without one.

    Raises what the work raises.
    """
    task = asyncio.create_task(work)
    received: list[signal.Signals] = []

    def stop(signum: signal.Signals) -> None:
        received.append(signum)
        task.cancel()

    for signum in signals:
        asyncio.get_running_loop().add_signal_handler(signum, stop, signum)
    try:
        await task
    except asyncio.CancelledError:
        if not received:
            raise
        return received[0]
    return None
