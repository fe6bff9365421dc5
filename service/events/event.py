"""A CloudEvent about a user: bytes to a validated Event, or the reason why it can't be one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from service.events.json_value import JsonValue
from service.events.version import Kind

HANDLED_TYPES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "user.created": Kind.CREATED,
        "user.updated": Kind.UPDATED,
        "user.deleted": Kind.DELETED,
    }
)
READ_TYPE: Final = "user.read"


@dataclass(frozen=True, slots=True)
class Event:
    """A statement about one user at one instant."""

    kind: Kind
    id: str
    user_id: str
    time_us: int
    version: int
    type: str
    profile: dict[str, JsonValue]
    deleted_at_us: int | None
    stream: str | None
    tenant: str | None


class PoisonEvent(ValueError):
    """The event can never be indexed as it is."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def parse_event(body: bytes, *, now_us: int, future_tolerance_us: int) -> Event:
    """The event in a structured CloudEvent. Raises PoisonEvent."""
    raise NotImplementedError


def wrap_profile(line: bytes, *, tenant: str | None = None) -> bytes:
    """A line of a users export as a CloudEvent of READ_TYPE; never raises."""
    raise NotImplementedError
