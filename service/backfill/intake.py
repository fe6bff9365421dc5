"""Into the journal, no faster than it can bear.

Beside a running service an import would fill the journal in no time: live events would queue behind
it, and then be refused. So it lets only so many events wait, and when the journal can take no more
it comes back later. With nobody to empty the journal there is nothing to wait for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_exponential,
    wait_random,
)

from service.backfill.patience import TELL_AFTER_S, Patience
from service.journal.access import JournalAccess
from service.journal.errors import JournalError, JournalFull, JournalUnavailable
from service.journal.records import Entry
from service.journal.remote import OwnerGone


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What may wait in the journal, ours and others'.

    most_bytes: half of the journal's limit leaves the other half to live events.
    """

    most_bytes: int
    most_events: int = 5_000
    """A second or so of indexing: by so much a live event is late during an import."""

    tell_after_s: float = TELL_AFTER_S


class _TooMuchWaits(JournalError):
    """The indexer has to catch up first: a matter of a bulk request or two."""


_SOON = wait_random(0.02, 0.1)
_LATER = wait_exponential(multiplier=0.1, max=2) + wait_random(0, 0.1)


def _pause_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return (_SOON if isinstance(error, _TooMuchWaits) else _LATER)(state)


class Intake:
    """Appends to a journal, waiting where waiting helps.

    waiting: told why, when it takes longer than people wonder. paced: whether a service empties
    the journal meanwhile.
    """

    def __init__(
        self,
        journal: JournalAccess,
        options: IntakeOptions,
        *,
        paced: bool,
        waiting: Callable[[str], None],
    ) -> None:
        self._journal = journal
        self._options = options
        self._paced = paced
        self._waiting = waiting

    async def append(self, entries: Sequence[Entry]) -> None:
        """Return when they are on disk.

        Raises JournalError when waiting is no use: JournalFull and JournalUnavailable without a
        service, OwnerGone when the service went away.
        """
        patience = Patience(self._waiting, tell_after_s=self._options.tell_after_s)

        def tell(state: RetryCallState) -> None:
            patience.waits(str(state.outcome.exception() if state.outcome else ""))

        retrying = AsyncRetrying(
            retry=retry_if_exception(self._is_worth_waiting),
            wait=_pause_s,
            before_sleep=tell,
            reraise=True,
        )
        await retrying(self._append, entries)

    async def _append(self, entries: Sequence[Entry]) -> None:
        if self._paced:
            figures = await self._journal.accounting()
            if figures.journal >= self._options.most_events:
                raise _TooMuchWaits(f"{figures.journal:,} events wait to be indexed")
            if figures.bytes >= self._options.most_bytes:
                raise _TooMuchWaits(
                    f"the journal holds {figures.bytes:,} bytes, dead letters included; the other "
                    "half of its limit is for live events"
                )
        await self._journal.append(entries)

    def _is_worth_waiting(self, error: BaseException) -> bool:
        if isinstance(error, _TooMuchWaits):
            return True
        if not self._paced or isinstance(error, OwnerGone):
            return False
        return isinstance(error, JournalFull | JournalUnavailable)
