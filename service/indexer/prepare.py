"""Journal records to documents and burials: the pure step before anything is sent."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from service.documents.document import DeletionMode, to_document
from service.events.event import Event, PoisonEvent, parse_event
from service.events.version import Kind
from service.indexer.chain import Candidate
from service.indexer.options import IndexerOptions
from service.journal.records import Burial, Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a claim turned into: candidates to write and events that can't be."""

    candidates: list[Candidate]
    burials: list[Burial]


def prepare(
    records: Sequence[Record], options: IndexerOptions, *, now_us: int, purged_us: int | None
) -> Prepared:
    """Map records to documents.

    now_us: our clock, µs. purged_us: event time of the newest tombstone ever purged, µs, None
    when none was: what is older can't be told from a resurrection.
    """
    candidates: list[Candidate] = []
    burials: list[Burial] = []
    for record in records:
        try:
            event = parse_event(
                record.body, now_us=now_us, future_tolerance_us=options.future_tolerance_us
            )
            _refuse_forgotten(event, record, options, purged_us)
        except PoisonEvent as poison:
            burials.append(
                Burial(record.seq, poison.code, poison.detail, record.attempts + 1, poison.type)
            )
            continue
        try:
            document = to_document(
                event,
                indexed_at_us=now_us,
                exclusions=options.exclusions,
                deletion_mode=options.deletion_mode,
            )
        except Exception as error:
            # A fault of ours, met by one event: it must not hold up the others, nor get lost.
            log.exception(
                "mapping an event failed", extra={"action": "mapping_failed", "seq": record.seq}
            )
            reason = f"this service could not map the event: {type(error).__name__}"
            burials.append(
                Burial(record.seq, "mapping_failed", reason, record.attempts + 1, event.type)
            )
            continue
        candidates.append(
            Candidate(record.seq, record.received_us, record.attempts, event.type, document)
        )
    return Prepared(candidates, burials)


def _refuse_forgotten(
    event: Event, record: Record, options: IndexerOptions, purged_us: int | None
) -> None:
    """An event older than a purged tombstone could bring a deleted user back."""
    if (
        purged_us is None
        or record.forced
        or options.deletion_mode is not DeletionMode.TOMBSTONE
        or event.kind not in (Kind.CREATED, Kind.UPDATED)
        or event.time_us > purged_us
    ):
        return
    raise PoisonEvent(
        "older_than_retention",
        "the event is older than the tombstones already purged, so its user may have been deleted "
        "since; if it wasn't, replay this dead letter with --force",
    )
