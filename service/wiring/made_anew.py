"""That an index was lost and made anew: told until an import has brought its users back, or a
comparison finds that none is missing.

An empty index is written and searched like any other: nothing else would tell that nearly all users
are missing from it. `serve` makes it, or `user-sync bootstrap`: the journal remembers either.
"""

import logging
from collections.abc import Callable
from contextlib import suppress

from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal

log = logging.getLogger(__name__)


class MadeAnew:
    """Whether users are missing since the index was made anew."""

    def __init__(self, journal: Journal, now_us: Callable[[], int]) -> None:
        self._journal = journal
        self._now_us = now_us
        self._noted_us = 0

    @property
    def users_missing(self) -> bool:
        """Until an import that began since has come to its end: one that was cut off, or killed,
        leaves users out."""
        since_us = max(self._journal.made_anew_us() or 0, self._noted_us)
        if (self._journal.last_import_us() or 0) >= since_us:
            return False
        last = self._journal.last_comparison()
        return last is None or last.exported_us < since_us or last.differences > 0

    async def note(self) -> None:
        """One is created: the first, unless events of this journal were written to another."""
        if not self._journal.accounting().applied:
            return
        if not self.users_missing:
            log.warning(
                "the index is not there, though events were written to one: an empty one is made, "
                "and lacks whoever has no event from now on, until user-sync import brings a new "
                "export",
                extra={"action": "index_made_anew"},
            )
        self._noted_us = self._now_us()
        with suppress(JournalUnavailable):  # it is told in this run, then
            await self._journal.note_made_anew(self._noted_us)
