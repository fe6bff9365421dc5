"""A line that moves while something takes time.

Promise: however it is interrupted, the terminal needs nothing to be restored. The cursor is never
hidden, and the line is erased.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Final

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

_FRAMES: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_SECONDS: Final = 0.1
_ERASE: Final = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


@contextmanager
def sign_of_life(console: Console, what: str) -> Iterator[None]:
    """Show it while the block runs, if the console is a terminal that can move its cursor."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield
        return
    ended = threading.Event()

    def turn() -> None:
        for frame in cycle(_FRAMES):
            console.control(_ERASE)
            console.print(Text.assemble("  ", (frame, "green"), f" {what} …"), end="")
            if ended.wait(_FRAME_SECONDS):
                console.control(_ERASE)
                return

    thread = threading.Thread(target=turn, daemon=True)
    try:
        thread.start()
        yield
    finally:
        ended.set()
        if thread.is_alive():
            thread.join()
