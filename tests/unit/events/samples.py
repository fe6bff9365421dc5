"""A realistic event to be bent by the tests, in the shape of Auth0's published schemas."""

import copy
from typing import Any

import orjson

NOW_US = 1738413400000000  # 2025-02-01T12:36:40Z
HOUR_US = 3_600_000_000
MISSING = object()

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "user.updated",
    "source": "urn:auth0:example.auth0app.com",
    "id": "evt_1",
    "time": "2025-02-01T12:34:56.250Z",
    "a0tenant": "acme",
    "a0stream": "est_1",
    "data": {
        "object": {
            "user_id": "auth0|507f1f77bcf86cd799439020",
            "email": "jane@example.com",
            "updated_at": "2025-02-01T12:34:56.250Z",
            "app_metadata": {"plan": "pro"},
        }
    },
}


def bent(**changes: Any) -> bytes:
    """The event with changes: `data__object__email=…` goes into depth, MISSING takes away."""
    event = copy.deepcopy(EVENT)
    for path, value in changes.items():
        *parents, name = path.split("__")
        target = event
        for parent in parents:
            target = target[parent]
        if value is MISSING:
            target.pop(name, None)
        else:
            target[name] = value
    return orjson.dumps(event)
