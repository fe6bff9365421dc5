"""How commands print: tables and colour on a terminal, plain text in a pipe.

NO_COLOR is honoured. In a pipe a table is one line a row, columns separated by tabs, no heading,
so that `cut`, `awk` and `xargs` work.
"""

import sys
from collections.abc import Iterable, Sequence

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.observability.printable import printable, printable_json


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
            print("\t".join(printable(cell) for cell in row))
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
        table.add_row(*(Text(printable(cell)) for cell in row))
    out.print(table)


def note(text: str) -> None:
    """A remark beside the output, on stderr, so that a pipe gets data alone."""
    print(printable(text), file=sys.stderr)


def print_json(value: object) -> None:
    """One JSON object on stdout, for scripts and for eyes."""
    click.echo(printable_json(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()))
