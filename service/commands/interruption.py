"""Signals that would end a command at once let it clean up first."""

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

_T = TypeVar("_T")


class Signalled(Exception):
    """A signal has ended the work. exit_code: as a shell tells it."""

    def __init__(self, signum: signal.Signals) -> None:
        super().__init__(signum.name)
        self.exit_code = 128 + signum


async def until_signalled(
    work: Coroutine[Any, Any, _T],
    signals: Iterable[signal.Signals] = (signal.SIGINT, signal.SIGTERM),
) -> _T:
    """The work's result; one of the signals cancels it.

    Raises Signalled once it has cleaned up, and what the work raises.
    """
    task = asyncio.create_task(work)
    received: list[signal.Signals] = []

    def stop(signum: signal.Signals) -> None:
        received.append(signum)
        task.cancel()

    for signum in signals:
        asyncio.get_running_loop().add_signal_handler(signum, stop, signum)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        raise Signalled(received[0]) from None
