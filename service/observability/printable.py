"""What senders wrote, shown and not obeyed: nothing of it moves a cursor or turns text round.

Terminals obey C1 controls as well as escape sequences, and marks of direction make a line read as
another than it is.
"""

import json


def printable_lines(text: str) -> str:
    """The same for a text whose line breaks are meant."""
    return "\n".join(map(printable, text.splitlines()))


def printable(text: str) -> str:
    """The text with every character that doesn't print as an escape: `\\x1b`, `\\n`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def printable_json(text: str) -> str:
    """JSON text of the same meaning with JSON's escapes of them; its own line breaks stay."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
    )
