"""An event to the document that OpenSearch gets: pure, and total over every Event.

Whatever a profile holds, its user is indexed. The document depends on nothing but the event, the
clock that is passed in, and two settings, so that replicas write the same.
"""

from enum import StrEnum
from typing import NamedTuple

from service.documents.exclusion import Exclusions
from service.documents.profile import profile_fields
from service.events.event import Event
from service.events.json_text import dump
from service.events.json_value import JsonValue
from service.events.timestamp import format_us
from service.events.version import Kind


class DeletionMode(StrEnum):
    """What a deletion leaves: a hidden document, or for a while no more than a version."""

    TOMBSTONE = "tombstone"
    DELETE = "delete"


class Document(NamedTuple):
    """One write to the index.

    id: the user_id. version: the external version. source: JSON text in UTF-8 on one line; None
    deletes the document, at that version.
    """

    id: str
    version: int
    source: bytes | None


def to_document(
    event: Event, *, indexed_at_us: int, exclusions: Exclusions, deletion_mode: DeletionMode
) -> Document:
    """The document that states what the event states; never raises.

    indexed_at_us: our clock, µs since the epoch.
    """
    source: dict[str, JsonValue] = {"user_id": event.user_id}
    if event.kind is not Kind.DELETED:
        source |= profile_fields(event.profile, exclusions)
    elif deletion_mode is DeletionMode.DELETE:
        return Document(event.user_id, event.version, None)
    else:
        # Readers leave out what has this field; nothing of the profile stays beside it.
        deleted_at_us = event.time_us if event.deleted_at_us is None else event.deleted_at_us
        source["deleted_at"] = format_us(deleted_at_us)
    source["event"] = _provenance(event)
    source["indexed_at"] = format_us(indexed_at_us)
    # A copy: what orjson writes keeps several kilobytes of room behind it, and thousands wait.
    return Document(event.user_id, event.version, bytes(memoryview(dump(source))))


def _provenance(event: Event) -> dict[str, JsonValue]:
    provenance: dict[str, JsonValue] = {
        "id": event.id,
        "type": event.type,
        "time": format_us(event.time_us),
    }
    if event.stream is not None:
        provenance["stream"] = event.stream
    if event.tenant is not None:
        provenance["tenant"] = event.tenant
    return provenance
