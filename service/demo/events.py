"""The story's events as Auth0 writes them: CloudEvents, their `time` in whole seconds; pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from service.demo.people import Person

TENANT: Final = "acme"
STREAM: Final = "est_kq3Zt8VwNcXyB5rLmE7pDj"
_SECOND_US: Final = 1_000_000


def seconds_text(us: int) -> str:
    """`2025-02-01T12:34:56Z`, as in an event's `time`. us: µs since the epoch."""
    return datetime.fromtimestamp(us // _SECOND_US, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds_text(us: int) -> str:
    """`2025-02-01T12:34:56.789Z`, as in a profile. us: µs since the epoch."""
    return f"{seconds_text(us)[:-1]}.{us % _SECOND_US // 1000:03}Z"


@dataclass(frozen=True, slots=True)
class Message:
    """What one CloudEvent says. tells: in words, for the reader.

    kind: the CloudEvents type. purpose: `test` for what the dashboard sends.
    """

    kind: str
    at_us: int
    tells: str
    content: Mapping[str, Any]
    tenant: str = TENANT
    purpose: str | None = None

    @property
    def id(self) -> str:
        """The same whenever it is delivered."""
        about = self.content.get("user_id")
        key = f"{self.kind} {about} {self.at_us} {self.tenant} {self.purpose}"
        return "evt_" + hashlib.sha256(key.encode()).hexdigest()[:22]

    def envelope(self) -> dict[str, Any]:
        """The CloudEvent."""
        event: dict[str, Any] = {
            "specversion": "1.0",
            "type": self.kind,
            "source": f"urn:auth0:{self.tenant}.auth0app.com",
            "id": self.id,
            "time": seconds_text(self.at_us),
            "data": {"object": dict(self.content)},
            "a0tenant": self.tenant,
            "a0stream": STREAM,
        }
        if self.purpose:
            event["a0purpose"] = self.purpose
        return event


@dataclass(frozen=True, slots=True)
class UserEvent:
    """A statement about a user. joined_us: when they signed up; deleted: whether they went."""

    person: Person
    joined_us: int
    message: Message
    deleted: bool = False

    @property
    def user_id(self) -> str:
        """Whom it is about."""
        return self.person.user_id


def user_event(kind: str, person: Person, at_us: int, tells: str, joined_us: int) -> UserEvent:
    """An event about a person. kind: created, updated or deleted."""
    times = {"created_at": milliseconds_text(joined_us), "updated_at": milliseconds_text(at_us)}
    content = {"user_id": person.user_id, **person.profile, **times}
    deleted = kind == "deleted"
    if deleted:
        content["deleted_at"] = milliseconds_text(at_us)
    return UserEvent(
        person, joined_us, Message(f"user.{kind}", at_us, tells, content), deleted=deleted
    )


def of_tenant(event: UserEvent, tenant: str) -> Message:
    """The same statement, from another tenant."""
    return replace(event.message, tenant=tenant)


def structured(message: Message, *, spaced: bool = False) -> bytes:
    """The body of a request with one event. spaced: the same event in other bytes."""
    return orjson.dumps(message.envelope(), option=orjson.OPT_INDENT_2 if spaced else None)


def batch(messages: list[bytes]) -> bytes:
    """The body of a request with several events."""
    return b"[" + b",".join(messages) + b"]"
