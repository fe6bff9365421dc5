"""A journal's dead letters: read, put back, removed; in batches, for appends wait meanwhile."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Protocol, TypeVar

from service.journal import reading
from service.journal.errors import JournalDiskFull
from service.journal.records import DeadLetter, DeadLetterSummary
from service.journal.replays import Replays
from service.journal.transaction import Transaction

_BATCH = 500
_NONE_SPARED: Mapping[str, Callable[[bytes], bool]] = MappingProxyType({})

T = TypeVar("T")


class _Change(Protocol):
    def __call__(self, run: Callable[[Transaction], T]) -> Awaitable[T]: ...


class _Read(Protocol):
    def __call__(self, run: Callable[[sqlite3.Connection], T]) -> Awaitable[T]: ...


class DeadLetters:
    """Those of one journal. Each method raises JournalUnavailable.

    change, read: run something in the journal's thread. replays: told of what was put back.
    """

    def __init__(self, change: _Change, read: _Read, replays: Replays) -> None:
        self._change = change
        self._read = read
        self._replays = replays

    async def page(
        self, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]:
        """At most `limit` dead letters with seq > after, oldest seq first, without bodies."""
        return await self._read(
            lambda sql: reading.dead_letters(sql, limit=limit, after=after, code=code)
        )

    async def get(self, seq: int) -> DeadLetter | None:
        """One dead letter with its body; None when there is none of that seq."""
        return await self._read(lambda sql: reading.dead_letter(sql, seq))

    async def codes(self) -> dict[str, int]:
        """How many dead letters there are of each code."""
        return await self._read(reading.dead_letter_codes)

    async def newest(self, *, code: str | None = None) -> int | None:
        """The largest seq of a dead letter; None when there is none."""
        return await self._read(lambda sql: reading.newest_dead_letter(sql, code))

    async def replay(self, seqs: Sequence[int], *, force: bool) -> int:
        """Put dead letters back, each under a new seq; returns how many there were.

        In batches: after an error some may be back already, and only the rest is there to replay.
        """
        return len(await self.replay_renumbered(seqs, force=force))

    async def replay_renumbered(self, seqs: Sequence[int], *, force: bool) -> dict[int, int]:
        """Like replay; returns the new seq of each that was there, for `whereabouts`."""
        new_seqs: dict[int, int] = {}
        for batch in _batches(seqs):
            found = await self._change(partial(Transaction.replay, seqs=batch, force=force))
            self._replays.begun(found.values())
            new_seqs |= found
        return new_seqs

    async def drop(self, seqs: Sequence[int]) -> int:
        """Remove dead letters for good, counted as dropped; returns how many there were."""
        return sum([await self._drop(batch) for batch in _batches(seqs)])

    async def _drop(self, seqs: Sequence[int]) -> int:
        try:
            return await self._change(partial(Transaction.drop, seqs=seqs))
        except JournalDiskFull:  # as for settling
            if len(seqs) < 2:
                raise
            middle = len(seqs) // 2
            return await self._drop(seqs[:middle]) + await self._drop(seqs[middle:])

    async def expire(
        self, older_than_us: int, *, spared: Mapping[str, Callable[[bytes], bool]] = _NONE_SPARED
    ) -> int:
        """Drop the dead letters that failed before that time; returns how many.

        spared: by code, told the body, whether one stays all the same.
        """
        expired = staying = 0
        while found := await self._read(
            partial(reading.expired, older_than_us=older_than_us, most=_BATCH, skip=staying)
        ):
            going: list[int] = []
            for seq, code in found:
                letter = await self.get(seq) if code in spared else None
                if letter is None or not spared[code](letter.body):
                    going.append(seq)
            staying += len(found) - len(going)
            if going:
                expired += await self._drop(going)
        return expired


def _batches(seqs: Sequence[int]) -> Iterator[Sequence[int]]:
    return (seqs[start : start + _BATCH] for start in range(0, len(seqs), _BATCH))
