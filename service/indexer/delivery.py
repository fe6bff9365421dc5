"""Delivers chains to OpenSearch until every one of them is settled, buried or refused for now.

The decisions stand in answers.py; here they are carried out:

    chains ──▶ _bulk ──▶ applied, stale, duplicate ──▶ settle the whole chain
                    ├──▶ poison   ──▶ bury the head, read the next newest again, go on with it
                    ├──▶ refused  ──▶ that chain again, later, alone of its neighbours
                    ├──▶ too much ──▶ in halves, until the culprit is alone: bury it
                    └──▶ no usable answer ──▶ the same again: versions make it safe; after a few
                                 times in halves, and a lone chain later, like a refused one: it may
                                 be the request itself that something on the way doesn't let pass
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tenacity import RetryCallState

from service.indexer import retention
from service.indexer.answers import Poison, Refused, Settled
from service.indexer.bulk import Answered, BulkWriter, ClusterUnavailable
from service.indexer.chain import Candidate, Chain
from service.indexer.prepare import MAPPING_FAILED, Prepared, Preparer, Ready
from service.indexer.refresh import Refresher
from service.indexer.retry import Retry
from service.indexer.settler import Settler
from service.indexer.troubles import WritingTroubles
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Outcome, Settlement
from service.observability.metrics import Metrics

# So often a request is sent as it is. In an outage little is gained or lost by halving it then.
_TRIES_WHOLE = 4


@dataclass(slots=True)
class _Work:
    """What is still to be sent, a request each. tries: of the first, in vain."""

    parts: deque[Sequence[Ready]]
    tries: int = 0

    def done(self) -> None:
        """The first part got its answer."""
        self.parts.popleft()
        self.tries = 0

    def halve(self) -> None:
        """Two halves take the first part's place."""
        part = self.parts[0]
        self.done()
        middle = len(part) // 2
        self.parts.extendleft((part[middle:], part[:middle]))


@dataclass(slots=True)
class _Outcome:
    """What one request brought. own_refresh_s: how long it took, if it brought its refresh.

    written: applied now, or before: by a request whose answer was lost, nobody refreshed it then.
    """

    own_refresh_s: float | None = None
    settlements: list[Settlement] = field(default_factory=list)
    burials: list[Burial] = field(default_factory=list)
    written: list[Candidate] = field(default_factory=list)
    headless: list[Chain] = field(default_factory=list)
    refused: list[Chain] = field(default_factory=list)


class Delivery:
    """Writes chains and settles their events.

    purged_us: event time of the newest purged tombstone (µs), asked before each sending.
    troubles: told what kept events from being written.
    refresher: told of written documents, with their events' receipt times; decides which requests
    bring their own refresh.
    retry: its Interrupted passes through: what isn't settled then stays in the journal.
    """

    def __init__(
        self,
        writer: BulkWriter,
        journal: Journal,
        metrics: Metrics,
        preparer: Preparer,
        *,
        purged_us: Callable[[], int | None],
        troubles: WritingTroubles,
        retry: Retry,
        refresher: Refresher,
    ) -> None:
        self._writer = writer
        self._settler = Settler(journal, retry)
        self._preparer = preparer
        self._journal = journal
        self._purged_us = purged_us
        self._troubles = troubles
        self._metrics = metrics
        self._retry = retry
        self._refresher = refresher

    async def deliver(self, chains: Sequence[Chain]) -> list[Chain]:
        """Settle what can be settled now; returns the chains that are refused for now."""
        refused: list[Chain] = []
        work, outcome = _Work(deque()), _Outcome()
        await self._compose(chains, work, outcome)
        while work.parts or outcome.burials:
            if work.parts:
                step = partial(self._step, work, outcome)
                await self._retry.after(ClusterUnavailable, step, self._note_unavailable)
            await self._settle(outcome)
            refused += outcome.refused
            headless, outcome = outcome.headless, _Outcome()
            if chains := [chain for chain in headless if await self._has_next(chain, outcome)]:
                await self._compose(chains, work, outcome)
        return refused

    async def _compose(self, chains: Sequence[Chain], work: _Work, outcome: _Outcome) -> None:
        composed = await self._preparer.compose(chains)
        work.parts.extend(composed.parts)
        for chain, reason in composed.failed:
            self._bury(outcome, chain, MAPPING_FAILED, reason)

    async def _step(self, work: _Work, outcome: _Outcome) -> None:
        """Send the first part once. Raises ClusterUnavailable when there is no usable answer."""
        async with self._writer.in_flight.one():
            part = self._without_forgotten(work, outcome)
            if not part:
                return
            try:
                refresh = self._refresher.due(len(part))
                documents = [ready.document for ready in part]
                answer = await self._writer.send(documents, refresh=refresh)
            except ClusterUnavailable as error:
                self._note_unanswered(work, outcome, error)
                if outcome.refused:
                    return
                raise
        self._troubles.requests.over()
        if isinstance(answer, Answered):
            self._metrics.bulk_seconds.observe(answer.seconds)
            self._metrics.bulk_events.observe(len(part))
            if refresh:
                outcome.own_refresh_s = answer.seconds
            work.done()
            self._sort(outcome, part, answer)
        elif len(part) > 1:
            work.halve()
        else:
            work.done()
            self._bury(outcome, part[0].chain, answer.code, answer.reason)

    def _without_forgotten(self, work: _Work, outcome: _Outcome) -> Sequence[Ready]:
        """The first part, without what must not be sent any more: that is buried."""
        purged_us = self._purged_us()
        kept: list[Ready] = []
        for ready in work.parts[0]:
            if retention.is_forgotten(ready.chain.head.revives_us, purged_us):
                self._bury(outcome, ready.chain, retention.CODE, retention.REASON)
            else:
                kept.append(ready)
        if kept:
            work.parts[0] = kept
        else:
            work.done()
        return kept

    def _note_unanswered(self, work: _Work, outcome: _Outcome, error: ClusterUnavailable) -> None:
        work.tries += 1
        if work.tries < _TRIES_WHOLE:
            return
        part = work.parts[0]
        if len(part) > 1:
            work.halve()
        else:
            work.done()
            self._refuse(outcome, part[0].chain, error.code)
            self._troubles.items.met(error.code, error.reason)

    def _note_unavailable(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ClusterUnavailable):
            self._troubles.requests.met(error.code, error.reason)

    def _sort(self, outcome: _Outcome, part: Sequence[Ready], answer: Answered) -> None:
        refusals: dict[str, str] = {}
        for (chain, _), verdict in zip(part, answer.verdicts, strict=True):
            match verdict:
                case Settled(how):
                    outcome.settlements += chain.settlements(how)
                    if how is not Outcome.STALE:
                        outcome.written.append(chain.head)
                case Poison(code, reason):
                    self._bury(outcome, chain, code, reason)
                case Refused(code, reason):
                    self._refuse(outcome, chain, code)
                    refusals[code] = reason
        for code, reason in refusals.items():
            self._troubles.items.met(code, reason)

    def _refuse(self, outcome: _Outcome, chain: Chain, code: str) -> None:
        outcome.refused.append(chain)
        self._metrics.bulk_items_retried.labels(code).inc()

    def _bury(self, outcome: _Outcome, chain: Chain, code: str, reason: str) -> None:
        head = chain.head
        outcome.burials.append(Burial(head.seq, code, reason, head.attempts + 1, head.type))
        outcome.headless.append(chain)

    async def _has_next(self, chain: Chain, outcome: _Outcome) -> bool:
        """Whether an event of the chain could take the place of its head, which was buried."""
        while (seq := chain.next_newest()) is not None:
            prepared = await self._retry.after(JournalUnavailable, partial(self._reread, seq))
            outcome.burials += prepared.burials
            if prepared.candidates:
                (chain.head,) = prepared.candidates
                return True
        return False

    async def _reread(self, seq: int) -> Prepared:
        records = await self._journal.claim(after=seq - 1, max_events=1, max_bytes=1)
        return await self._preparer.candidates(
            [record for record in records if record.seq == seq], sent_soon=True
        )

    async def _settle(self, outcome: _Outcome) -> None:
        if outcome.written:
            # A replayed event waited for a person: its age says nothing of the flow.
            self._refresher.flushed(
                [head.received_us for head in outcome.written if not head.attempts],
                own_refresh_s=outcome.own_refresh_s,
            )
        await self._settler.settle(outcome.settlements, outcome.burials)
