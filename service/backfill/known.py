"""Bad lines that an earlier import left: the same line again is no second dead letter.

Good lines need no such memory: their version makes them duplicates.
"""

from collections import defaultdict

from service.events.event_type import READ_TYPE
from service.journal.access import JournalAccess

_PAGE = 500


class KnownDeadLetters:
    """The journal's dead letters, read when first asked for."""

    def __init__(self, journal: JournalAccess) -> None:
        self._journal = journal
        self._seqs: dict[tuple[str, int], list[int]] | None = None
        self._bodies: dict[tuple[str, int], set[bytes]] = {}

    async def holds(self, code: str, body: bytes) -> bool:
        """Whether this very body is a dead letter for this reason. Raises JournalError."""
        if self._seqs is None:
            self._seqs = await self._summaries()
        key = (code, len(body))
        if key not in self._seqs:
            return False
        if key not in self._bodies:
            letters = [await self._journal.dead_letters.get(seq) for seq in self._seqs[key]]
            self._bodies[key] = {letter.body for letter in letters if letter is not None}
        return body in self._bodies[key]

    async def _summaries(self) -> dict[tuple[str, int], list[int]]:
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        after = 0
        while page := await self._journal.dead_letters.page(limit=_PAGE, after=after):
            for letter in page:
                if letter.type == READ_TYPE:
                    found[letter.code, letter.size].append(letter.seq)
            after = page[-1].seq
        return dict(found)
