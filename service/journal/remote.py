"""The journal of another process, through its socket; meanings and errors as of Journal."""

import errno
from collections.abc import Awaitable, Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson

from service.journal import wire
from service.journal.errors import JournalForbidden, JournalUnavailable
from service.journal.records import (
    Accounting,
    ComparisonResult,
    DeadLetter,
    DeadLetterSummary,
    Entry,
    JournalStatus,
)

# An append waits for the disk behind everything that has queued; nothing else takes long.
_TIMEOUT = aiohttp.ClientTimeout(total=120, connect=5)
# The state is told from memory: an owner that doesn't tell it by then hangs.
_STATUS_TIMEOUT = aiohttp.ClientTimeout(total=10)
_HOST = "http://journal"


class OwnerGone(JournalUnavailable):
    """The owner stopped, or stopped answering: what it hadn't confirmed may be done or not."""


class _RemoteDeadLetters:
    def __init__(self, ask: Callable[..., Awaitable[bytes]]) -> None:
        self._ask = ask

    async def page(
        self, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]:
        """See DeadLetters.page."""
        query = {"limit": str(limit), "after": str(after)} | (
            {} if code is None else {"code": code}
        )
        return wire.unpack_summaries(await self._ask("GET", wire.DEAD_LETTERS, query=query))

    async def get(self, seq: int) -> DeadLetter | None:
        """See DeadLetters.get."""
        return wire.unpack_dead_letter(await self._ask("GET", wire.DEAD_LETTER.format(seq=seq)))

    async def codes(self) -> dict[str, int]:
        """See DeadLetters.codes."""
        return dict(orjson.loads(await self._ask("GET", wire.CODES)))

    async def replay(self, seqs: Sequence[int], *, force: bool) -> int:
        """See DeadLetters.replay."""
        asked = orjson.dumps({"seqs": list(seqs), "force": force})
        return int(orjson.loads(await self._ask("POST", wire.REPLAY, asked)))

    async def drop(self, seqs: Sequence[int]) -> int:
        """See DeadLetters.drop."""
        asked = orjson.dumps({"seqs": list(seqs)})
        return int(orjson.loads(await self._ask("POST", wire.DROP, asked)))


class RemoteJournal:
    """`async with RemoteJournal(socket) as journal: …`"""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._http = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket)))
        self.dead_letters = _RemoteDeadLetters(self._ask)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def append(self, entries: Sequence[Entry]) -> None:
        """See Journal.append; all of them travel in one request."""
        await self._ask("POST", wire.APPEND, wire.pack_entries(entries))

    async def accounting(self) -> Accounting:
        """See Journal.accounting."""
        return (await self.status()).accounting

    async def status(self) -> JournalStatus:
        """See Journal.status."""
        return (await self._ask_status())[0]

    async def owner_status(self) -> dict[str, Any] | None:
        """What a running `serve` says of itself; None when the owner is a command."""
        return (await self._ask_status())[1]

    async def note_comparison(self, comparison: ComparisonResult) -> None:
        """See Journal.note_comparison."""
        await self._ask("POST", wire.COMPARISON, orjson.dumps(comparison))

    async def note_import(self, began_us: int) -> None:
        """See Journal.note_import."""
        await self._ask("POST", wire.IMPORT, orjson.dumps({"began_us": began_us}))

    async def note_made_anew(self, since_us: int) -> None:
        """See Journal.note_made_anew."""
        await self._ask("POST", wire.MADE_ANEW, orjson.dumps({"since_us": since_us}))

    async def _ask_status(self) -> tuple[JournalStatus, dict[str, Any] | None]:
        return wire.unpack_status(await self._ask("GET", wire.STATUS, timeout=_STATUS_TIMEOUT))

    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout = _TIMEOUT,  # noqa: ASYNC109 - aiohttp's
    ) -> bytes:
        try:
            async with self._http.request(
                method,
                _HOST + path,
                data=None if body is None else BytesIO(body),
                params=query,
                timeout=timeout,
            ) as answer:
                content = await answer.read()
        except aiohttp.ClientConnectorError as error:
            if error.os_error.errno in (errno.EACCES, errno.EPERM):
                raise JournalForbidden(
                    f"{self._socket}: {error.os_error.strerror}; run as the journal's owner"
                ) from error
            raise _gone() from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _gone() from error
        if not answer.ok:
            raise wire.unpack_error(content)
        return content


def _gone() -> OwnerGone:
    return OwnerGone(
        "the process that owns the journal went away before it answered; what it had not confirmed "
        "may be done or not: run the command again"
    )
