"""A directory of made-up users: events about them, and what the index has to hold after those.

The model knows nothing of the service but the order that the design states: by instant, then
deleted over updated over created, then a digest of the event's id.
"""

import hashlib
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tests.acceptance.auth0 import at, event

_START_US = 1_738_413_296_000_000  # 2025-02-01T12:34:56Z
_SPAN_MS = 3_600_000
_RANK = {"created": 1, "updated": 2, "deleted": 3}


@dataclass(frozen=True, slots=True)
class State:
    """What one event leaves of a user. version: external."""

    version: int
    deleted: bool
    event_id: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """What the index holds of a user."""
        return cls(document["_version"], "deleted_at" in document, document["event"]["id"])


@dataclass(slots=True)
class _User:
    sent: dict[int, State] = field(default_factory=dict)
    acknowledged: int = 0


class Directory:
    """Draws events about its users, and judges the index.

    users: how many. chance: the source of everything that is drawn.
    """

    def __init__(self, users: int, chance: random.Random) -> None:
        self._chance = chance
        self._users = {f"auth0|{uuid.uuid4().hex[:24]}": _User() for _ in range(users)}
        self._names = list(self._users)
        self._versions: dict[str, int] = {}

    def draw(self) -> dict[str, Any]:
        """An event about any of the users at any instant of an hour."""
        while True:
            kind = self._chance.choices(tuple(_RANK), (3, 5, 2))[0]
            time_us = _START_US + self._chance.randrange(_SPAN_MS) * 1000
            user_id = self._chance.choice(self._names)
            told = event(kind, user_id, at(time_us))
            version = _version(time_us, kind, told["id"])
            sent = self._users[user_id].sent
            if version not in sent:  # else a real tie: whichever came first stays
                sent[version] = State(version, kind == "deleted", told["id"])
                self._versions[told["id"]] = version
                return told

    def acknowledged(self, told: dict[str, Any]) -> None:
        """Note that the sender of the event was answered 2xx."""
        user = self._users[told["data"]["object"]["user_id"]]
        user.acknowledged = max(user.acknowledged, self._versions[told["id"]])

    def contradictions(self, found: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Where the index is wrong, in words; found: every document by its id.

        Each user has to be as the newest acknowledged event says, or as a newer one that was sent
        and not acknowledged: it may have arrived. Nobody else may be there.
        """
        wrong = [f"{user_id} was never sent" for user_id in found.keys() - self._users.keys()]
        for user_id, user in self._users.items():
            if user_id not in found:
                if user.acknowledged:
                    wrong.append(f"{user_id} is missing")
                continue
            state = State.of(found[user_id])
            if state.version < user.acknowledged:
                wrong.append(f"{user_id} is older than acknowledged")
            elif user.sent.get(state.version) != state:
                wrong.append(f"{user_id} is in a state that no event left it in")
        return wrong


def _version(time_us: int, kind: str, event_id: str) -> int:
    digest = int.from_bytes(hashlib.sha256(event_id.encode()).digest()[:2]) >> 7
    return (time_us << 11) + (_RANK[kind] << 9) + digest
