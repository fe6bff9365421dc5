"""When what an event states happened: the time its external version is made of."""

from typing import Final

from service.events.json_value import JsonValue
from service.events.poison import PoisonCode, PoisonEvent
from service.events.timestamp import InvalidTimestamp, Timestamp, format_us, parse_rfc3339
from service.events.version import LATEST_TIME_US, Kind

_SECOND_US: Final = 1_000_000
_EARLIEST: Final = "2010-01-01T00:00:00Z"
_EARLIEST_US: Final = parse_rfc3339(_EARLIEST).us
_UPDATED_AT: Final = "data.object.updated_at"


def event_time(kind: Kind, time: JsonValue, profile: dict[str, JsonValue]) -> int:
    """Microseconds since the epoch of `time`, or of a read profile's `updated_at`.

    Where a read profile has a `time`, that is when it was read: it says what was so then, unless it
    changed while the directory was being read, after that.

    Auth0's `time` may have whole seconds only. Then a fraction of the profile's own times in that
    same second refines it, so that two changes within a second keep their order. Raises
    PoisonEvent.
    """
    if kind is Kind.READ:
        updated_at = profile.get("updated_at")
        if (read_at := optional_time(time)) is not None:
            changed = optional_time(updated_at)
            return max(read_at.us, changed.us) if changed else read_at.us
        missing, invalid = PoisonCode.UPDATED_AT_MISSING, PoisonCode.UPDATED_AT_INVALID
        return _required(updated_at, _UPDATED_AT, missing, invalid).us
    written = _required(time, "time", PoisonCode.TIME_MISSING, PoisonCode.TIME_INVALID)
    if written.has_fraction:
        return written.us
    finer = [optional_time(profile.get("updated_at"))]
    if kind is Kind.DELETED:
        finer.append(optional_time(profile.get("deleted_at")))
    second = written.us // _SECOND_US
    return max(
        (own.us for own in finer if own and own.has_fraction and own.us // _SECOND_US == second),
        default=written.us,
    )


def check_bounds(kind: Kind, time_us: int, *, now_us: int, future_tolerance_us: int) -> None:
    """Raises PoisonEvent for a time before 2010 or further in the future than the tolerance."""
    name = _UPDATED_AT if kind is Kind.READ else "time"
    if time_us < _EARLIEST_US:
        detail = f"{name} is {format_us(time_us)}; expected a time not before {_EARLIEST}"
        raise PoisonEvent(PoisonCode.TIME_TOO_OLD, detail)
    if time_us > min(now_us + future_tolerance_us, LATEST_TIME_US):
        ahead = (time_us - now_us) // _SECOND_US
        detail = (
            f"{name} is {format_us(time_us)}, {ahead} s ahead of this service's clock, and would "
            f"outrank every change until then; at most {future_tolerance_us // _SECOND_US} s ahead "
            "is accepted"
        )
        raise PoisonEvent(PoisonCode.TIME_IN_FUTURE, detail)


def optional_time(value: JsonValue) -> Timestamp | None:
    """The instant of a value that is an RFC 3339 time, else None."""
    if not isinstance(value, str):
        return None
    try:
        return parse_rfc3339(value)
    except InvalidTimestamp:
        return None


def _required(value: JsonValue, name: str, missing: PoisonCode, invalid: PoisonCode) -> Timestamp:
    if value is None:
        example = "2025-02-01T12:34:56.789Z"
        raise PoisonEvent(
            missing, f"{name} is missing; expected an RFC 3339 time such as {example}"
        )
    if not isinstance(value, str):
        raise PoisonEvent(invalid, f"{name} is not a string; expected an RFC 3339 time")
    try:
        return parse_rfc3339(value)
    except InvalidTimestamp as error:
        raise PoisonEvent(invalid, f"{name} {error.detail}") from None
