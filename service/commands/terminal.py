"""How commands print: tables and colour on a terminal, plain text in a pipe.

NO_COLOR is honoured. In a pipe a table is one line a row, columns separated by tabs, no heading,
so that `cut`, `awk` and `xargs` work.
"""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console(*, stderr: bool = False) -> Console:
    """A console for what stdout (or stderr) is now; it reads no markup from data."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[str] = ()
) -> None:
    """Print rows of plain texts. right: headings of columns that align to the right.

    Headings that are all empty are left out.
    """
    out = console()
    if not out.is_terminal:
        for row in rows:
            print("\t".join(plain(cell) for cell in row))
        return
    table = Table(
        box=None,
        show_header=any(headings),
        header_style="bold",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    out.print(table)


def note(text: str) -> None:
    """A remark beside the output, on stderr, so that a pipe gets data alone."""
    print(plain(text), file=sys.stderr)


def plain(text: str) -> str:
    """Text that can neither move the cursor nor break a line, whoever wrote it."""
    return "".join(char if char.isprintable() else " " for char in text)
