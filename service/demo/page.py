"""The page the story is told on: edges and hanging indents, in terminals of any width and in pipes.

Few colours, and none that says what the words don't. In a pipe there is none, and no cursor moves;
NO_COLOR is honoured (by rich).
"""

import sys
from contextlib import AbstractContextManager
from typing import Final

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from service.demo.sign_of_life import sign_of_life

EDGE: Final = 4  # where text begins; numbers stand before it
_WIDEST: Final = 84  # longer lines are hard to read
_NARROW: Final = 72
_LEAST: Final = 12  # characters of text, however narrow the terminal


class Page:
    """Prints pieces of text in the demo's layout."""

    def __init__(self, console: Console | None = None) -> None:
        if console is None:
            if hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(errors="replace")  # a terminal without the names' letters
            console = Console(highlight=False, markup=False, emoji=False)
        self.console = console

    @property
    def narrow(self) -> bool:
        """Whether there is no room for what isn't needed."""
        return self._width < _NARROW

    @property
    def _width(self) -> int:
        return min(self.console.width, _WIDEST)

    def blank(self) -> None:
        """An empty line."""
        self.console.print()

    def title(self, text: str, number: int | None = None) -> None:
        """A heading."""
        mark = "" if number is None else str(number)
        lead = Text.assemble((f"{mark:>{EDGE - 2}}  ", "green"))
        self._hanging(lead, Text(text, style="bold"))

    def paragraph(self, text: str, *, style: str = "") -> None:
        """Text that is broken at words."""
        self._hanging(Text(" " * EDGE), Text(text, style=style))

    def row(self, *columns: tuple[str, int], text: str, style: str = "", right: str = "") -> None:
        """Columns of (text, width), then text that is broken at its own edge."""
        lead = " " * EDGE + "".join(_padded(part, width) + "  " for part, width in columns)
        self._hanging(Text(lead, style=style), Text(text, style=style), Text(right))

    def checked(self, text: str, *, well: bool = True) -> None:
        """A line with a tick, or a cross for what is wrong."""
        mark = ("✓", "green") if well else ("✗", "bold red")
        self._hanging(Text.assemble(" " * EDGE, mark, " "), Text(text))

    def aside(self, text: str) -> None:
        """A remark below a line with a tick."""
        self._hanging(Text(" " * (EDGE + 2)), Text(text, style="dim"))

    def verbatim(self, text: str) -> None:
        """Lines to be copied: at the left edge, never broken by us."""
        self.console.print(Text(text), soft_wrap=True)

    def block(self, what: RenderableType) -> None:
        """A table or the like."""
        self.console.print(Padding(what, (0, 0, 0, EDGE), expand=False), width=self._width)

    def waiting(self, what: str) -> AbstractContextManager[None]:
        """A sign of life while something takes time; nothing of it stays, or comes in a pipe."""
        return sign_of_life(self.console, what)

    def _hanging(self, lead: Text, text: Text, right: Text | None = None) -> None:
        """The lead, then the text, its further lines below its first; right: at the other edge."""
        room = self._width - lead.cell_len - (right.cell_len + 2 if right else 0)
        lines = text.wrap(self.console, max(room, _LEAST))
        for number, line in enumerate(lines):
            line.rstrip()
            whole = (lead.copy() if not number else Text(" " * lead.cell_len)).append_text(line)
            if right and not number:
                whole.append(" " * (self._width - whole.cell_len - right.cell_len))
                whole.append_text(right)
            whole.rstrip()
            self.console.print(whole, no_wrap=True, overflow="ignore", crop=False)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
