"""Events around a profile, and the documents they become."""

from collections.abc import Iterable
from typing import Any

from service.documents.document import DeletionMode, Document, to_document
from service.documents.exclusion import Exclusions
from service.events.event import Event
from service.events.json_text import parse
from service.events.json_value import JsonValue
from service.events.version import Kind

TIME_US = 1_738_413_296_123_456  # 2025-02-01T12:34:56.123456Z
INDEXED_AT_US = TIME_US + 1_500_000


def make_event(
    profile: dict[str, JsonValue] | None = None,
    *,
    kind: Kind = Kind.UPDATED,
    deleted_at_us: int | None = None,
    stream: str | None = "est_1",
    tenant: str | None = "acme",
) -> Event:
    return Event(
        kind=kind,
        id="evt_1",
        user_id="auth0|1",
        time_us=TIME_US,
        version=7,
        type=f"user.{kind.name.lower()}",
        profile={"user_id": "auth0|1", **(profile or {})},
        deleted_at_us=deleted_at_us,
        stream=stream,
        tenant=tenant,
    )


def make_document(
    event: Event, *, mode: DeletionMode = DeletionMode.TOMBSTONE, exclude: Iterable[str] = ()
) -> Document:
    return to_document(
        event,
        indexed_at_us=INDEXED_AT_US,
        exclusions=Exclusions.parse(exclude),
        deletion_mode=mode,
    )


def source_of(profile: dict[str, JsonValue], exclude: Iterable[str] = ()) -> dict[str, Any]:
    """The document's source without what comes from the event itself."""
    document = make_document(make_event(profile), exclude=exclude)
    assert document.source is not None
    assert b"\n" not in document.source
    source: Any = parse(document.source)
    assert isinstance(source, dict)
    for name in ("user_id", "event", "indexed_at"):
        del source[name]
    return source


def profile_from(text: str) -> dict[str, JsonValue]:
    """A profile as it arrives: from JSON text, so that Literals stand where parsing puts them."""
    profile = parse(text.encode())
    assert isinstance(profile, dict)
    return profile
