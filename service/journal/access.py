"""A command's way to the journal: through its owner if one runs, else by becoming the owner."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from service.journal.options import JournalOptions
from service.journal.records import (
    Accounting,
    DeadLetter,
    DeadLetterSummary,
    Entry,
    JournalStatus,
)


class JournalAccess(Protocol):
    """What a command can do, whoever owns the journal. Meanings and errors: see Journal."""

    async def append(self, entries: Sequence[Entry]) -> None: ...
    async def accounting(self) -> Accounting: ...
    async def status(self) -> JournalStatus: ...
    async def owner_status(self) -> dict[str, Any] | None:
        """What a running `serve` says of itself; None when nobody else owns the journal."""
        ...

    async def dead_letters(
        self, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]: ...
    async def dead_letter(self, seq: int) -> DeadLetter | None: ...
    async def dead_letter_codes(self) -> dict[str, int]: ...
    async def replay(self, seqs: Sequence[int], *, force: bool) -> int: ...
    async def drop(self, seqs: Sequence[int]) -> int: ...


def connect(
    path: Path, options: JournalOptions, *, create: bool = True
) -> AbstractAsyncContextManager[JournalAccess]:
    """`async with connect(path, options) as journal: …`

    create: whether a missing journal is made; otherwise JournalMissing.
    Raises what Journal.open raises; JournalInUse only when the owner doesn't answer.
    """
    raise NotImplementedError
