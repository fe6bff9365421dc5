"""Dead letters as commands print them: listed with their reasons, or one with its very bytes."""

import sys
from collections.abc import Mapping, Sequence

from rich.padding import Padding
from rich.text import Text

from service.commands.counts import size
from service.commands.moments import moment
from service.commands.terminal import console, note
from service.journal.records import DeadLetter, DeadLetterSummary
from service.observability.printable import printable, printable_lines


def print_letters(letters: Sequence[DeadLetterSummary]) -> None:
    """A heading and the reason below it on a terminal; in a pipe a line each."""
    out = console()
    for letter in letters:
        moment_, kind = moment(letter.failed_us), printable(letter.type)
        if not out.is_terminal:
            cells = (letter.seq, moment_, letter.code, kind, letter.attempts, letter.size)
            print(*cells, printable(letter.reason), sep="\t")
            continue
        heading = Text.assemble(
            (f"{letter.seq}", "bold"), "  ", (letter.code, "yellow"), f"  {kind}"
        )
        about = f"{moment_}, attempt {letter.attempts}, {size(letter.size)}"
        out.print(heading.append(f"  {about}", style="dim"))
        out.print(Padding(Text(printable(letter.reason)), (0, 0, 1, 4)))


def summary(shown: int, total: int, codes: Mapping[str, int]) -> str:
    """How many were shown of how many, and how many there are of each code."""
    if not codes:
        return "There are no dead letters."
    by_code = ", ".join(f"{code} {n}" for code, n in sorted(codes.items(), key=lambda c: -c[1]))
    return f"{shown} of {total} shown. By code: {by_code}"


def print_letter(letter: DeadLetter) -> None:
    """The body on stdout, what is known of it on stderr."""
    note(f"code      {letter.code}")
    note(f"reason    {letter.reason}")
    note(f"type      {letter.type}")
    note(f"received  {moment(letter.received_us)}")
    note(f"failed    {moment(letter.failed_us)}, attempt {letter.attempts}")
    if sys.stdout.isatty():
        # A terminal obeys what it is shown; a file gets the very bytes.
        print(printable_lines(letter.body.decode(errors="replace").expandtabs()))
    else:
        sys.stdout.buffer.write(letter.body)
        sys.stdout.buffer.flush()
