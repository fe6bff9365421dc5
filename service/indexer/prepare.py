"""Journal records to documents and burials: the pure step before anything is sent."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.documents.document import to_document
from service.events.event import PoisonEvent, parse_event
from service.events.event_type import OTHER_TYPE
from service.indexer import retention
from service.indexer.chain import Candidate
from service.indexer.options import IndexerOptions
from service.journal.records import Burial, Record

log = logging.getLogger(__name__)

# Mapping a usual event costs some 50 µs, a larger one more: after so much the event loop gets to
# answer webhooks again.
_PREPARED_AT_ONCE = 32
_BYTES_AT_ONCE = 128 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a claim turned into: candidates to write and events that can't be."""

    candidates: list[Candidate]
    burials: list[Burial]


def prepare(records: Sequence[Record], options: IndexerOptions, *, now_us: int) -> Prepared:
    """Map records to documents. now_us: our clock, µs."""
    prepared = Prepared([], [])
    for record in records:
        try:
            prepared.candidates.append(_candidate(record, options, now_us))
        except PoisonEvent as poison:
            prepared.burials.append(
                Burial(record.seq, poison.code, poison.detail, record.attempts + 1, poison.type)
            )
        except Exception as error:
            # A fault of ours, met by one event: it must not hold up the others, nor get lost.
            log.exception(
                "mapping an event failed", extra={"action": "mapping_failed", "seq": record.seq}
            )
            reason = f"this service could not map the event: {type(error).__name__}"
            prepared.burials.append(
                Burial(record.seq, "mapping_failed", reason, record.attempts + 1, OTHER_TYPE)
            )
    return prepared


def portions(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """The records in portions that take a few milliseconds each, but where one alone is large."""
    start = size = 0
    for end, record in enumerate(records):
        full = end - start == _PREPARED_AT_ONCE or size + len(record.body) > _BYTES_AT_ONCE
        if full and end > start:
            yield records[start:end]
            start, size = end, 0
        size += len(record.body)
    if records:
        yield records[start:]


async def prepare_aside(
    records: Sequence[Record], options: IndexerOptions, *, now_us: int
) -> Prepared:
    """Like prepare; large events don't keep the event loop from its other work."""
    if sum(len(record.body) for record in records) <= _BYTES_AT_ONCE:
        return prepare(records, options, now_us=now_us)
    return await asyncio.to_thread(prepare, records, options, now_us=now_us)


def _candidate(record: Record, options: IndexerOptions, now_us: int) -> Candidate:
    event = parse_event(record.body, now_us=now_us, future_tolerance_us=options.future_tolerance_us)
    document = to_document(
        event,
        indexed_at_us=now_us,
        exclusions=options.exclusions,
        deletion_mode=options.deletion_mode,
    )
    revives_us = retention.revives_us(
        event, forced=record.forced, deletion_mode=options.deletion_mode
    )
    return Candidate(
        record.seq, record.received_us, record.attempts, event.type, document, revives_us
    )
