"""Events and export lines as Auth0 writes them."""

import uuid
from datetime import UTC, datetime
from typing import Any

TENANT = "acceptance"


def new_user_id() -> str:
    """A user that no other test has."""
    return f"auth0|{uuid.uuid4().hex[:24]}"


def at(us: int) -> str:
    """RFC 3339 with milliseconds, as Auth0 writes a profile's times. us: µs since the epoch."""
    moment = datetime.fromtimestamp(us / 1e6, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def profile(user_id: str, updated_at: str, **fields: Any) -> dict[str, Any]:
    """A user as the Management API, an event and an export show it."""
    name = user_id.rpartition("|")[2]
    return {
        "user_id": user_id,
        "email": f"{name}@example.com",
        "email_verified": True,
        "name": f"User {name}",
        "nickname": name,
        "picture": f"https://example.com/{name}.png",
        "created_at": "2024-03-01T08:00:00.000Z",
        "updated_at": updated_at,
        "identities": [
            {
                "connection": "Username-Password-Authentication",
                "provider": "auth0",
                "user_id": name,
                "isSocial": False,
            }
        ],
        "app_metadata": {"plan": "pro", "https://example.com/roles": ["reader"]},
        "user_metadata": {"theme": "dark"},
        **fields,
    }


def event(
    kind: str,
    user_id: str,
    time: str,
    *,
    attributes: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A CloudEvent. kind: created, updated or deleted. attributes: of the envelope, replaced or
    added. fields: of the profile."""
    user = profile(user_id, time, **fields)
    if kind == "deleted":
        user.setdefault("deleted_at", time)
    return {
        "specversion": "1.0",
        "type": f"user.{kind}",
        "source": f"urn:auth0:{TENANT}.auth0app.com",
        "id": f"evt_{uuid.uuid4().hex[:22]}",
        "time": time,
        "a0tenant": TENANT,
        "a0stream": "est_acceptance",
        "data": {"object": user},
        **(attributes or {}),
    }
