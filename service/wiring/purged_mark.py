"""How far tombstones were ever purged: remembered in the journal, at hand in memory."""

from service.journal.journal import Journal

_NAME = "tombstones_purged_us"


class PurgedMark:
    """The event time (µs) of the newest tombstone ever purged."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._us: int | None = None

    def us(self) -> int | None:
        """From memory; None when none was ever purged."""
        return self._us

    async def recall(self) -> None:
        """Read what an earlier run remembered. Before anything is indexed."""
        self._us = await self._journal.get_mark(_NAME)

    async def move(self, newest_us: int) -> None:
        """Remember, durably; never back. Raises JournalUnavailable."""
        newest = max(newest_us, self._us or 0)
        await self._journal.set_mark(_NAME, newest)
        self._us = newest
