"""Exports for tests: lines as Auth0 writes them, in files."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def user(local_id: str = "ada", /, **fields: Any) -> dict[str, Any]:
    """A user as an export shows it."""
    return {
        "user_id": f"auth0|{local_id}",
        "updated_at": "2025-02-01T12:34:56.789Z",
        "identities": [{"connection": "db", "provider": "auth0", "user_id": local_id}],
        **fields,
    }


def ndjson(*users: dict[str, Any] | bytes) -> bytes:
    """One a line; bytes stand as they are."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in users]
    return b"".join(line + b"\n" for line in lines)


def read_until(items: Iterable[T], error: type[Exception]) -> tuple[list[T], str]:
    """What comes before the error that ends the items, and what the error says."""
    found: list[T] = []
    try:
        for item in items:
            found.append(item)  # noqa: PERF402 - what came before the error counts
    except error as met:
        return found, str(met)
    raise AssertionError(f"{error.__name__} did not come")


def written(folder: Path, text: bytes, name: str = "users.json") -> str:
    """The path of a file with this content."""
    path = folder / name
    path.write_bytes(text)
    return str(path)
