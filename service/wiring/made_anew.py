"""That an index was lost and made anew, or is another one than before: told until an import has
brought its users back, or a comparison finds that none is missing.

An empty index, or one that was restored from a snapshot, is written and searched like any other:
nothing else would tell that users are missing from it. `serve` makes it, or `user-sync bootstrap`,
or somebody else: the journal remembers each.
"""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress

from service.index.names import parts_of
from service.journal.errors import JournalError, JournalUnavailable
from service.journal.journal import Journal

log = logging.getLogger(__name__)

_STEM = "index_stem"
_UUID = "index_uuid"
_ORDINAL = "index_ordinal"
_FOUND_US = "index_found_us"


class MadeAnew:
    """Whether users are missing since the index was made anew."""

    def __init__(self, journal: Journal, now_us: Callable[[], int]) -> None:
        self._journal = journal
        self._now_us = now_us
        self._noted_us = 0
        self._found: tuple[str, str] | None = None

    @property
    def users_missing(self) -> bool:
        """Until an import that began since has come to its end: one that was cut off, or killed,
        leaves users out."""
        since_us = self._since_us()
        if (self._journal.last_import_us() or 0) >= since_us:
            return False
        last = self._journal.last_comparison()
        return last is None or last.exported_us < since_us or last.differences > 0

    async def note(self) -> None:
        """One is in use that is new: the first, unless events of this journal were written."""
        if not self._journal.accounting().applied:
            return
        if not self.users_missing:
            log.warning(
                "the index that events were written to is gone: the one in its place lacks users, "
                "or shows them as they were, until user-sync import brings a new export, or "
                "user-sync reconcile finds no difference",
                extra={"action": "index_made_anew"},
            )
        self._noted_us = self._now_us()
        with suppress(JournalUnavailable):  # it is told in this run, then
            await self._journal.note_made_anew(self._noted_us)

    async def found(self, name: str, uuid: str) -> None:
        """The index in use. One with another uuid isn't the one before, unless a rebuild made it:
        that counts the number in its name up.
        """
        if self._found == (name, uuid):
            return
        stem, ordinal = parts_of(name)
        # In this order: cut off between two, a rebuilt index isn't taken for one put in place.
        told = {
            _UUID: _number(uuid),
            _ORDINAL: ordinal,
            _STEM: _number(stem),
            _FOUND_US: self._now_us(),
        }
        with suppress(JournalError):  # then the next look tells it
            before = {mark: await self._journal.get_mark(mark) for mark in told}
            rebuilt = before[_STEM] == told[_STEM] and ordinal > (before[_ORDINAL] or 0)
            replaced = before[_STEM] is not None and before[_UUID] != told[_UUID] and not rebuilt
            # Whoever made it may have noted it, and an import have filled it since.
            if replaced and self._since_us() <= (before[_FOUND_US] or 0):
                await self.note()
            for mark, number in told.items():
                await self._journal.set_mark(mark, number)
            self._found = (name, uuid)

    def _since_us(self) -> int:
        """When one was made anew last; 0 when never."""
        return max(self._journal.made_anew_us() or 0, self._noted_us)


def _number(text: str) -> int:
    """Marks are integers, of up to 63 bits."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])
