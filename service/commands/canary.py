"""The canary: a user that exists only to be created, updated and deleted; pure.

Its events are shaped as Auth0's are, but name no tenant: any deployment takes them as its own.
"""

import uuid
from dataclasses import dataclass, field

import orjson

from service.events.timestamp import format_us


@dataclass(frozen=True, slots=True)
class CanaryEvent:
    """One event. step: what it does, in a word; body: the CloudEvent as JSON."""

    step: str
    id: str
    body: bytes


def _random() -> str:
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class Canary:
    """A user nobody else has. Times are µs since the epoch; later events need later times."""

    name: str = field(default_factory=_random)

    @property
    def user_id(self) -> str:
        """Recognisable, so that its tombstone is understood by whoever meets it."""
        return f"auth0|user-sync-canary-{self.name}"

    def created(self, now_us: int) -> CanaryEvent:
        """The user appears."""
        return self._event("create", "user.created", now_us, {"name": "Canary of user-sync"})

    def updated(self, now_us: int) -> CanaryEvent:
        """The user gets another name."""
        return self._event("update", "user.updated", now_us, {"name": "Canary, updated"})

    def deleted(self, now_us: int) -> CanaryEvent:
        """The user goes."""
        return self._event("delete", "user.deleted", now_us, {"deleted_at": format_us(now_us)})

    def _event(self, step: str, kind: str, now_us: int, profile: dict[str, str]) -> CanaryEvent:
        event_id = f"verify-{step}-{self.name}"
        user = {
            "user_id": self.user_id,
            "email": f"{self.user_id.partition('|')[2]}@example.com",
            "updated_at": format_us(now_us),
            "identities": [
                {
                    "connection": "user-sync-verify",
                    "provider": "auth0",
                    "user_id": self.user_id.partition("|")[2],
                    "isSocial": False,
                }
            ],
            **profile,
        }
        event = {
            "specversion": "1.0",
            "id": event_id,
            "type": kind,
            "source": "urn:user-sync:verify",
            "time": format_us(now_us),
            "data": {"object": user},
        }
        return CanaryEvent(step, event_id, orjson.dumps(event))
