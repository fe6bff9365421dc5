"""A CloudEvent about a user: bytes to a validated Event, or the reason why it can't be one.

Only what decides where and in which order a statement belongs is validated here: type, id, user_id,
time. The profile is whatever JSON object the sender wrote.
"""

from typing import Final, NamedTuple

from service.events import auth0_attributes
from service.events.event_time import check_bounds, event_time, optional_time
from service.events.event_type import HANDLED_TYPES, READ_TYPE
from service.events.json_text import parse
from service.events.json_value import JsonValue, NotJson
from service.events.poison import PoisonCode, PoisonEvent
from service.events.users_export import bad_line_reason
from service.events.version import Kind, external_version

MAX_USER_ID_BYTES: Final = 512
"""OpenSearch's limit for an `_id`; one longer costs its whole bulk request a 400."""


class Event(NamedTuple):
    """A statement about one user at one instant. (A tuple: thousands are made a second.)

    Times are microseconds since the epoch. `id` and the strings in `profile` may hold lone
    surrogates, which UTF-8 can't encode; `user_id`, `stream` and `tenant` can't.
    """

    kind: Kind
    id: str
    user_id: str
    time_us: int
    """Of the event, refined below the second where the profile tells more."""
    version: int
    type: str
    profile: dict[str, JsonValue]
    """`data.object` as received."""
    deleted_at_us: int | None
    """Of a deletion: its `deleted_at`, or its time when that is missing or no time."""
    stream: str | None
    tenant: str | None


def parse_event(body: bytes, *, now_us: int, future_tolerance_us: int) -> Event:
    """The event in a structured CloudEvent, or in what `wrap_profile` or `absent_user` made.

    Raises PoisonEvent for whatever can't become one: bytes in, nothing else is ever raised.
    """
    envelope = _envelope(body)
    event_type, kind = _type(envelope)
    try:
        return _event(envelope, event_type, kind, now_us, future_tolerance_us)
    except PoisonEvent as poison:
        poison.type = event_type
        raise


def _event(
    envelope: dict[str, JsonValue],
    event_type: str,
    kind: Kind,
    now_us: int,
    future_tolerance_us: int,
) -> Event:
    event_id = _event_id(envelope)
    profile = _profile(envelope, kind)
    user_id = _user_id(profile)
    time_us = event_time(kind, envelope.get("time"), profile)
    check_bounds(kind, time_us, now_us=now_us, future_tolerance_us=future_tolerance_us)
    deleted_at_us = None
    if kind is Kind.DELETED:
        deleted_at = optional_time(profile.get("deleted_at"))
        deleted_at_us = deleted_at.us if deleted_at else time_us
    return Event(
        kind=kind,
        id=event_id,
        user_id=user_id,
        time_us=time_us,
        version=external_version(time_us, kind, event_id),
        type=event_type,
        profile=profile,
        deleted_at_us=deleted_at_us,
        stream=auth0_attributes.stream(envelope),
        tenant=auth0_attributes.tenant(envelope),
    )


def _envelope(body: bytes) -> dict[str, JsonValue]:
    try:
        envelope = parse(body)
    except NotJson as error:
        raise PoisonEvent(PoisonCode.NOT_JSON, f"the event is not JSON: {error.detail}") from None
    if not isinstance(envelope, dict):
        detail = "the event is not a JSON object; expected a structured CloudEvent"
        raise PoisonEvent(PoisonCode.NOT_AN_OBJECT, detail)
    return envelope


def _type(envelope: dict[str, JsonValue]) -> tuple[str, Kind]:
    expected = f"expected one of {', '.join(HANDLED_TYPES)}"
    event_type = envelope.get("type")
    if event_type is None:
        raise PoisonEvent(PoisonCode.TYPE_MISSING, f"type is missing; {expected}")
    if not isinstance(event_type, str):
        raise PoisonEvent(PoisonCode.TYPE_INVALID, f"type is not a string; {expected}")
    kind = Kind.READ if event_type == READ_TYPE else HANDLED_TYPES.get(event_type)
    if kind is None:
        raise PoisonEvent(PoisonCode.TYPE_UNHANDLED, f"type {event_type[:80]!a}; {expected}")
    return event_type, kind


def _event_id(envelope: dict[str, JsonValue]) -> str:
    event_id = envelope.get("id")
    if event_id is None:
        raise PoisonEvent(PoisonCode.ID_MISSING, "id is missing; expected a non-empty string")
    if not isinstance(event_id, str) or not event_id:
        raise PoisonEvent(PoisonCode.ID_INVALID, "id is not a non-empty string")
    return event_id


def _profile(envelope: dict[str, JsonValue], kind: Kind) -> dict[str, JsonValue]:
    data = envelope.get("data")
    if data is None:
        raise PoisonEvent(PoisonCode.DATA_MISSING, "data is missing; expected an object")
    if not isinstance(data, dict):
        raise PoisonEvent(PoisonCode.DATA_INVALID, "data is not an object")
    profile = data.get("object")
    if profile is None:
        reason = bad_line_reason(data) if kind is Kind.READ else None
        if reason:
            raise PoisonEvent(PoisonCode.LINE_NOT_JSON, f"the line is not JSON: {reason}")
        detail = "data.object is missing; expected the user's profile, an object"
        raise PoisonEvent(PoisonCode.PROFILE_MISSING, detail)
    if not isinstance(profile, dict):
        detail = "data.object is not an object; expected the user's profile"
        raise PoisonEvent(PoisonCode.PROFILE_INVALID, detail)
    return profile


def _user_id(profile: dict[str, JsonValue]) -> str:
    user_id = profile.get("user_id")
    expected = f"expected a string of 1 to {MAX_USER_ID_BYTES} bytes"
    if user_id is None:
        raise PoisonEvent(PoisonCode.USER_ID_MISSING, f"data.object.user_id is missing; {expected}")
    if not isinstance(user_id, str):
        detail = f"data.object.user_id is not a string; {expected}"
        raise PoisonEvent(PoisonCode.USER_ID_INVALID, detail)
    if not user_id:
        raise PoisonEvent(PoisonCode.USER_ID_INVALID, f"data.object.user_id is empty; {expected}")
    try:
        size = len(user_id.encode())
    except UnicodeEncodeError:
        detail = f"data.object.user_id holds a lone surrogate; {expected} of valid Unicode"
        raise PoisonEvent(PoisonCode.USER_ID_INVALID, detail) from None
    if size > MAX_USER_ID_BYTES:
        detail = f"data.object.user_id has {size} bytes; {expected}"
        raise PoisonEvent(PoisonCode.USER_ID_TOO_LONG, detail)
    return user_id
