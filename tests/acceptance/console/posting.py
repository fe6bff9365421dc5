"""Users to be found in the console, posted as Auth0 does."""

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.acceptance.auth0 import at, event, new_user_id
from tests.acceptance.console.browser import Window


def now() -> str:
    return at(int(datetime.now(UTC).timestamp() * 1e6))


def new_word() -> str:
    """A word that is in no other user."""
    return "q" + uuid.uuid4().hex[:12].translate(str.maketrans("0123456789", "ghijklmnop"))


async def post(window: Window, kind: str, user_id: str, name: str, **fields: Any) -> None:
    assert await window.service.post(event(kind, user_id, now(), name=name, **fields)) == 204


async def post_many(window: Window, word: str, count: int) -> list[str]:
    """So many users with a word and a number, as no id begins, as their names; their ids."""
    ids = [new_user_id() for _ in range(count)]
    batch = [event("created", one, now(), name=f"{word} n{n:03}") for n, one in enumerate(ids)]
    headers = {"Content-Type": "application/cloudevents-batch+json"}
    assert await window.service.post(batch, **headers) == 204
    await window.service.drained()
    return ids
