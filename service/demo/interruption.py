"""Ctrl-C, SIGTERM and a terminal that hangs up end the demo in one way: by KeyboardInterrupt."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """The signal that came last, SIGINT while none has.

    exit_code: as a shell would tell it. final: it ends the process, so handlers don't come back;
    a third Ctrl-C could hit it between its last word and its exit code.
    """

    def __init__(self) -> None:
        self._signum = int(signal.SIGINT)
        self.final = False

    @property
    def exit_code(self) -> int:
        """128 and the signal's number."""
        return 128 + self._signum

    def raised(self, signum: int, _frame: FrameType | None) -> None:
        """Handle SIGTERM and SIGHUP: asyncio and Python know how SIGINT unwinds what runs."""
        self._signum = signum
        signal.raise_signal(signal.SIGINT)

    def no_more(self) -> None:
        """Ignore further signals: what follows is bounded, and must be finished."""
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Turns signals into KeyboardInterrupt; the earlier handlers are back in the end."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    interruption = Interruption()
    # Shells start background jobs with SIGINT ignored; whoever sends it then means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interruption.raised)
    if before[signal.SIGHUP] is not signal.SIG_IGN:  # nohup wants it so
        signal.signal(signal.SIGHUP, interruption.raised)
    try:
        yield interruption
    finally:
        if not interruption.final:
            for number, handler in before.items():
                signal.signal(number, handler)
