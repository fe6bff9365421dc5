"""A command's way to the journal: through its owner if one runs, else by becoming the owner."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from service.journal import opening, socket_path
from service.journal.control import ControlServer
from service.journal.errors import (
    JournalForbidden,
    JournalInUse,
    JournalMissing,
)
from service.journal.journal import Journal
from service.journal.lock import read_owner
from service.journal.options import JournalOptions
from service.journal.records import (
    Accounting,
    ComparisonResult,
    DeadLetter,
    DeadLetterSummary,
    Entry,
    JournalStatus,
)
from service.journal.remote import OwnerGone, RemoteJournal

_RETRY_S = 0.05


class DeadLetterAccess(Protocol):
    """Meanings and errors: see DeadLetters."""

    async def page(
        self, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]: ...
    async def get(self, seq: int) -> DeadLetter | None: ...
    async def codes(self) -> dict[str, int]: ...
    async def replay(self, seqs: Sequence[int], *, force: bool) -> int: ...
    async def drop(self, seqs: Sequence[int]) -> int: ...


class JournalAccess(Protocol):
    """What a command can do, whoever owns the journal. Meanings and errors: see Journal."""

    @property
    def dead_letters(self) -> DeadLetterAccess: ...
    async def append(self, entries: Sequence[Entry]) -> None: ...
    async def accounting(self) -> Accounting: ...
    async def status(self) -> JournalStatus: ...
    async def owner_status(self) -> dict[str, Any] | None:
        """What a running `serve` says of itself; None when none runs."""
        ...

    async def note_comparison(self, comparison: ComparisonResult) -> None: ...
    async def note_import(self, began_us: int) -> None: ...
    async def note_made_anew(self, since_us: int) -> None: ...


@asynccontextmanager
async def connect(
    path: Path, options: JournalOptions, *, create: bool = True
) -> AsyncIterator[JournalAccess]:
    """`async with connect(path, options) as journal: …`

    create: whether a missing journal is made; otherwise JournalMissing, unless its owner runs.
    An owner that starts or stops meanwhile is waited for, options.lock_wait_s at most.
    Raises what Journal.open raises; JournalInUse only when the owner doesn't answer.
    """
    journal = opening.absolute(path)
    async with AsyncExitStack() as stack:
        if create or _is_there(journal):
            yield await _reach(journal, options, stack)
            return
        # An owner whose file was taken away still runs, and tells of it.
        remote = await _through_owner(journal, stack)
        if remote is None:
            raise JournalMissing(f"there is no journal at {journal}")
        yield remote


def _is_there(journal: Path) -> bool:
    try:
        return journal.exists()
    except PermissionError as error:
        raise JournalForbidden(
            f"{journal}: {error.strerror}; run as the journal's owner"
        ) from error


async def _reach(path: Path, options: JournalOptions, stack: AsyncExitStack) -> JournalAccess:
    deadline_s = time.monotonic() + options.lock_wait_s
    while True:
        remote = await _through_owner(path, stack)
        if remote is not None:
            return remote
        try:
            return await _as_owner(path, options, stack)
        except JournalInUse:
            # Somebody is just becoming the owner, or ceasing to be: soon one of both works.
            if time.monotonic() >= deadline_s:
                raise
        await asyncio.sleep(_RETRY_S)


async def _through_owner(path: Path, stack: AsyncExitStack) -> JournalAccess | None:
    """None when nobody answers."""
    for socket in dict.fromkeys((socket_path.beside(path), read_owner(path).socket)):
        if socket is None:
            continue
        async with AsyncExitStack() as attempt:
            remote = await attempt.enter_async_context(RemoteJournal(socket))
            try:
                await remote.status()
            except OwnerGone:
                continue
            await stack.enter_async_context(attempt.pop_all())
            return remote
    return None


async def _as_owner(path: Path, options: JournalOptions, stack: AsyncExitStack) -> JournalAccess:
    journal = await Journal.open(path, replace(options, lock_wait_s=0))
    stack.push_async_callback(journal.close)
    # Other commands find their way through this one for as long as it takes.
    control = ControlServer(journal)
    await control.start()
    stack.push_async_callback(control.stop)
    return _OwnJournal(journal)


class _OwnJournal:
    """A journal that this process owns."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.append = journal.append
        self.dead_letters: DeadLetterAccess = journal.dead_letters
        self.note_comparison = journal.note_comparison
        self.note_import = journal.note_import
        self.note_made_anew = journal.note_made_anew

    async def accounting(self) -> Accounting:
        return self._journal.accounting()

    async def status(self) -> JournalStatus:
        return self._journal.status()

    async def owner_status(self) -> dict[str, Any] | None:
        return None
