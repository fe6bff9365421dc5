"""Users exports as files."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from tests.acceptance.auth0 import new_user_id, profile

READ_AT = "2025-02-01T12:34:56.789Z"


def users(number: int) -> dict[str, dict[str, Any]]:
    """Profiles of users nobody else has, by id."""
    ids = [new_user_id() for _ in range(number)]
    return {user_id: profile(user_id, READ_AT) for user_id in ids}


def ndjson(
    profiles: Mapping[str, Mapping[str, Any]] | Sequence[bytes | Mapping[str, Any]],
) -> bytes:
    """One a line; bytes stand as they are."""
    lines = profiles.values() if isinstance(profiles, Mapping) else profiles
    return b"".join(
        (line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines
    )


def written(folder: Path, text: bytes, *, packed: bool = False) -> str:
    """The path of an export with this text."""
    path = folder / ("users.json.gz" if packed else "users.json")
    path.write_bytes(gzip.compress(text) if packed else text)
    return str(path)
