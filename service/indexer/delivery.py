"""Delivers chains to OpenSearch until every one of them is settled or buried.

The decisions stand in answers.py; here they are carried out:

    chains ──▶ _bulk ──▶ applied, stale, duplicate ──▶ settle the whole chain
                    ├──▶ poison   ──▶ bury the head, go on with the next newest
                    ├──▶ refused  ──▶ that chain again, later, alone of its neighbours
                    ├──▶ too much ──▶ in halves, until the culprit is alone: bury it
                    └──▶ no usable answer ──▶ the same again: versions make it safe
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tenacity import RetryCallState

from service.indexer.answers import Poison, Refused, Settled
from service.indexer.bulk import Answered, BulkWriter, ClusterUnavailable, TooMuch
from service.indexer.chain import Candidate, Chain
from service.indexer.retry import Retry
from service.indexer.troubles import Troubles
from service.journal.errors import JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import Burial, Outcome, Settlement
from service.observability.metrics import Metrics

log = logging.getLogger(__name__)


class _StillRefused(Exception):
    """Some chains were refused for the cluster's state: once more, after a pause."""


@dataclass(slots=True)
class _Round:
    """What one `_bulk` request brought."""

    settlements: list[Settlement] = field(default_factory=list)
    burials: list[Burial] = field(default_factory=list)
    applied: list[Candidate] = field(default_factory=list)
    next_newest: list[Chain] = field(default_factory=list)
    refused: list[Chain] = field(default_factory=list)


class Delivery:
    """Writes chains and settles their events.

    requests, items: told what kept whole requests, or single items, from being written.
    flushed: called after documents were applied, with their events' receipt times (µs), replayed
    ones left out.
    retry: its Interrupted passes through: what isn't settled then stays in the journal.
    """

    def __init__(
        self,
        writer: BulkWriter,
        journal: Journal,
        metrics: Metrics,
        *,
        requests: Troubles,
        items: Troubles,
        retry: Retry,
        flushed: Callable[[list[int]], None],
    ) -> None:
        self._writer = writer
        self._journal = journal
        self._requests = requests
        self._items = items
        self._metrics = metrics
        self._retry = retry
        self._flushed = flushed

    async def deliver(self, chains: Sequence[Chain], burials: Sequence[Burial]) -> list[Chain]:
        """Settle what can be settled now; returns the chains the cluster refused for now.

        burials: events found unusable before sending; they settle with the first request.
        """
        refused: list[Chain] = []
        pending = list(chains)
        buried = list(burials)
        while pending or buried:
            outcome = await self._send(pending) if pending else _Round()
            outcome.burials.extend(buried)
            buried = []
            await self._settle(outcome)
            refused += outcome.refused
            pending = outcome.next_newest
        return refused

    async def insist(self, chains: Sequence[Chain]) -> None:
        """Deliver refused chains, however long the cluster's state lasts."""
        remaining = list(chains)

        async def once() -> None:
            nonlocal remaining
            remaining = await self.deliver(remaining, ())
            if remaining:
                raise _StillRefused

        await self._retry.after(_StillRefused, once)

    async def _send(self, chains: Sequence[Chain]) -> _Round:
        """One request, sent until there is a usable answer; halved where it is too much."""
        answer = await self._answer([chain.head for chain in chains])
        if isinstance(answer, Answered):
            return self._sort(chains, answer)
        outcome = _Round()
        if len(chains) == 1:
            self._bury(outcome, chains[0], answer.code, answer.reason)
            return outcome
        middle = len(chains) // 2
        for half in (chains[:middle], chains[middle:]):
            part = await self._send(half)
            outcome.settlements += part.settlements
            outcome.burials += part.burials
            outcome.applied += part.applied
            outcome.next_newest += part.next_newest
            outcome.refused += part.refused
        return outcome

    async def _answer(self, heads: Sequence[Candidate]) -> Answered | TooMuch:
        documents = [head.document for head in heads]
        answer = await self._retry.after(
            ClusterUnavailable, lambda: self._writer.send(documents), self._note_unavailable
        )
        self._requests.over()
        if isinstance(answer, Answered):
            self._metrics.bulk_seconds.observe(answer.seconds)
            self._metrics.bulk_events.observe(len(documents))
        return answer

    def _note_unavailable(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ClusterUnavailable):
            self._requests.met(error.code, error.reason)

    def _sort(self, chains: Sequence[Chain], answer: Answered) -> _Round:
        outcome = _Round()
        refusals: dict[str, str] = {}
        for chain, verdict in zip(chains, answer.verdicts, strict=True):
            match verdict:
                case Settled(how):
                    outcome.settlements += chain.settlements(how)
                    if how is Outcome.APPLIED:
                        outcome.applied.append(chain.head)
                case Poison(code, reason):
                    self._bury(outcome, chain, code, reason)
                case Refused(code, reason):
                    outcome.refused.append(chain)
                    refusals[code] = reason
                    self._metrics.bulk_items_retried.labels(code).inc()
        for code, reason in refusals.items():
            self._items.met(code, reason)
        return outcome

    def _bury(self, outcome: _Round, chain: Chain, code: str, reason: str) -> None:
        head = chain.head
        outcome.burials.append(Burial(head.seq, code, reason, head.attempts + 1, head.type))
        rest = chain.without_head()
        if rest is not None:
            outcome.next_newest.append(rest)

    async def _settle(self, outcome: _Round) -> None:
        if outcome.applied:
            # A replayed event waited for a person: its age says nothing of the flow.
            self._flushed([head.received_us for head in outcome.applied if not head.attempts])
        for burial in outcome.burials:
            log.warning(
                "an event became a dead letter (%s)",
                burial.code,
                extra={"action": "event_buried", "seq": burial.seq, "code": burial.code},
            )
        if not outcome.settlements and not outcome.burials:
            return
        await self._retry.after(
            JournalUnavailable,
            lambda: self._journal.settle(outcome.settlements, outcome.burials),
            lambda _: self._requests.met("journal_unavailable", ""),
        )
