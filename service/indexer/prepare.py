"""Journal records to documents, in two steps, so that what is superseded never becomes one.

claimed: record ──parse──▶ candidate (user, version), or a burial
to be sent: candidate ──map──▶ document
"""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from service.documents.document import Document, to_document
from service.events.event import parse_event
from service.events.event_type import OTHER_TYPE
from service.events.poison import PoisonCode, PoisonEvent
from service.indexer import retention
from service.indexer.chain import Candidate, Chain
from service.indexer.options import IndexerOptions
from service.indexer.portions import Portions
from service.journal.records import Burial, Record

log = logging.getLogger(__name__)

CLOCK_IS_WRONG = 3
"""Events in a row that are ahead of our clock: one or two may be their sender's fault."""

MAPPING_FAILED = "mapping_failed"
"""A dead letter's code: a fault of ours, met by one event."""

# A larger event is parsed twice: a few of those, kept while they wait and are sent, would take
# hundreds of megabytes, ten or twenty times their bodies.
_MOST_KEPT_PARSED_BYTES = 16 * 1024


class Prepared(NamedTuple):
    """What a claim turned into: candidates to write and events that can't be."""

    candidates: list[Candidate]
    burials: list[Burial]


class Ready(NamedTuple):
    """A chain and its head's document."""

    chain: Chain
    document: Document


class Composed(NamedTuple):
    """Chains to send, a request each part, and those whose head can't be mapped, with reasons."""

    parts: list[list[Ready]]
    failed: list[tuple[Chain, str]]


class Preparer:
    """Both steps, in portions beside the event loop's other work. now_us: our clock, µs.

    ahead_in_a_row: how many events were too far ahead of our clock since the last claim with one
    that wasn't: of many in a row, the clock is wrong and not they.
    """

    def __init__(self, options: IndexerOptions, now_us: Callable[[], int]) -> None:
        self._options = options
        self._now_us = now_us
        self._portions = Portions()
        self.ahead_in_a_row = 0

    async def candidates(self, records: Sequence[Record], *, sent_soon: bool) -> Prepared:
        """Parse and validate what was claimed.

        sent_soon: what is parsed is kept for the document, at several times the body's memory;
        of a usual event, that is.
        """
        prepared = Prepared([], [])

        def prepare(some: Sequence[Record]) -> None:
            now_us = self._now_us()
            for record in some:
                self._prepare(record, prepared, now_us=now_us, sent_soon=sent_soon)

        await self._portions.each(records, lambda record: len(record.body), prepare)
        if prepared.candidates:
            self.ahead_in_a_row = 0
        else:
            ahead = [one for one in prepared.burials if one.code == PoisonCode.TIME_IN_FUTURE]
            self._note_ahead(len(ahead))
        return prepared

    def _note_ahead(self, events: int) -> None:
        before = self.ahead_in_a_row
        self.ahead_in_a_row += events
        if before < CLOCK_IS_WRONG <= self.ahead_in_a_row:
            log.warning(
                "every event is too far ahead of this machine's clock, and becomes a dead letter: "
                "set the clock, then replay them",
                extra={"action": "clock_behind", "events": self.ahead_in_a_row},
            )

    async def compose(self, chains: Sequence[Chain]) -> Composed:
        """Map each chain's head to its document.

        These can be many times as large as their events: one request's worth can become several.
        """
        composed = Composed([], [])
        room = 0

        def compose(some: Sequence[Chain]) -> None:
            nonlocal room
            now_us = self._now_us()
            for chain in some:
                try:
                    document = self._document(chain.head, now_us)
                except Exception as error:
                    composed.failed.append((chain, _fault(chain.head.seq, error)))
                    continue
                size = len(document.source or b"")
                if not composed.parts or size > room:
                    composed.parts.append([])
                    room = self._options.max_bytes
                room -= size
                composed.parts[-1].append(Ready(chain, document))

        await self._portions.each(chains, lambda chain: len(chain.head.body), compose)
        return composed

    def _prepare(self, record: Record, prepared: Prepared, *, now_us: int, sent_soon: bool) -> None:
        attempts = record.attempts + 1
        try:
            prepared.candidates.append(self._candidate(record, now_us=now_us, sent_soon=sent_soon))
        except PoisonEvent as poison:
            prepared.burials.append(
                Burial(record.seq, poison.code, poison.detail, attempts, poison.type)
            )
        except Exception as error:
            reason = _fault(record.seq, error)
            prepared.burials.append(
                Burial(record.seq, MAPPING_FAILED, reason, attempts, OTHER_TYPE)
            )

    def _candidate(self, record: Record, *, now_us: int, sent_soon: bool) -> Candidate:
        event = parse_event(
            record.body, now_us=now_us, future_tolerance_us=self._options.future_tolerance_us
        )
        return Candidate(
            record.seq,
            record.received_us,
            record.attempts,
            event.type,
            event.user_id,
            event.version,
            record.body,
            retention.revives_us(
                event,
                replayed=record.attempts > 0,
                forced=record.forced,
                deletion_mode=self._options.deletion_mode,
            ),
            now_us,
            event if sent_soon and len(record.body) <= _MOST_KEPT_PARSED_BYTES else None,
        )

    def _document(self, candidate: Candidate, now_us: int) -> Document:
        # Parsed with the same clock as before, it is the same event.
        event = candidate.event or parse_event(
            candidate.body,
            now_us=candidate.parsed_us,
            future_tolerance_us=self._options.future_tolerance_us,
        )
        return to_document(
            event,
            indexed_at_us=now_us,
            exclusions=self._options.exclusions,
            deletion_mode=self._options.deletion_mode,
        )


def _fault(seq: int, error: Exception) -> str:
    """It must not hold up the other events, nor get lost."""
    log.error(
        "mapping an event failed",
        extra={"action": "mapping_failed", "seq": seq},
        exc_info=error,
    )
    return f"this service could not map the event: {type(error).__name__}"
