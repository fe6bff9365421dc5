"""Events from before purged tombstones: their users may have been deleted since, and nobody knows.

Judged at the moment of each sending, not when an event is claimed: while it waits for the cluster,
tombstones can be purged.
"""

from service.documents.document import DeletionMode
from service.events.event import Event
from service.events.version import Kind

CODE = "older_than_retention"
REASON = (
    "the event is older than the tombstones already purged, so its user may have been deleted "
    "since; if it wasn't, replay this dead letter with --force"
)


def revives_us(
    event: Event, *, replayed: bool, forced: bool, deletion_mode: DeletionMode
) -> int | None:
    """The event's time (µs) if it could bring back a user whose tombstone is gone, else None.

    forced: a person said that it may. A profile read from an export is of a user who is there;
    replayed, it has waited as a dead letter, and is of one who was.
    """
    if forced or deletion_mode is not DeletionMode.TOMBSTONE or event.kind is Kind.DELETED:
        return None
    return event.time_us if replayed or event.kind is not Kind.READ else None


def is_forgotten(revives_us: int | None, purged_us: int | None) -> bool:
    """Whether it can't be told from a resurrection.

    purged_us: event time of the newest tombstone ever purged, µs, None when none was.
    """
    return revives_us is not None and purged_us is not None and revives_us <= purged_us
