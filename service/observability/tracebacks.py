"""Exceptions for the log: where and of which type, without messages that can quote a user's data.

OpenSearch's errors quote the document, parsers quote their input. Only errors of the operating
system, of SQLite and of the journal, which never hold any, keep their message.
"""

import traceback

_SPEAKING_MODULES = frozenset({"sqlite3", "service.journal.errors"})


def describe(error: BaseException) -> str:
    """The chain of exceptions, the first cause first, one block of lines each."""
    blocks: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        blocks.append(_block(current))
        suppressed = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or suppressed
    return "\nwhich led to:\n".join(reversed(blocks))


def _block(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__))
    text = frames + headline(error)
    if isinstance(error, BaseExceptionGroup):
        for number, member in enumerate(error.exceptions, 1):
            indented = describe(member).replace("\n", "\n  ")
            text += f"\n  {number} of {len(error.exceptions)}: {indented}"
    return text


def headline(error: BaseException) -> str:
    """The type, with the message where it can't hold anybody's data."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    speaks = isinstance(error, OSError) or kind.__module__ in _SPEAKING_MODULES
    return f"{name}: {error}" if speaks and str(error) else name


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
