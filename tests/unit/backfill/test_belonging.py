"""Whether an export can be the index's; it is whole afterwards."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from service.backfill.belonging import is_of_others
from service.backfill.export_file import ExportFile
from service.backfill.profiles import LineOptions
from service.index.reading import UserPage, UserReader

OPTIONS = LineOptions(future_tolerance_us=0, longest_line=1 << 20, largest_body=1 << 20)
USERS = [f"auth0|{number}" for number in range(5_000)]


class Index:
    """As UserReader, of these users."""

    def __init__(self, *users: str) -> None:
        self._users = users

    async def documents(self, user_ids: Sequence[str], *, whole: bool) -> Mapping[str, Any]:
        """Those that are there."""
        return {user_id: {} for user_id in user_ids if user_id in self._users}

    async def users_before(self, _: int, *, latest_us: int) -> UserPage:
        """All."""
        return UserPage(list(self._users), [])


@pytest.mark.parametrize(
    ("users", "of_others"),
    [
        ([], False),
        (["auth0|0"], False),
        (["auth0|4999", "auth0|a"], False),
        (["auth0|a"], True),
    ],
)
async def test_it_is_told_and_the_export_is_whole(
    tmp_path: Path, users: list[str], of_others: bool
) -> None:
    path = tmp_path / "users.json"
    lines = [
        orjson.dumps({"user_id": user, "updated_at": "2025-01-01T00:00:00Z", "name": "x" * 500})
        for user in USERS
    ]
    path.write_bytes(b"\n".join(lines))
    export = ExportFile.open(str(path))
    reader = cast("UserReader", Index(*users))
    told = await is_of_others(export, reader, OPTIONS, before_us=0, now_us=lambda: 2**51)
    assert told is of_others
    assert b"".join(export.chunks()).split(b"\n") == lines
    export.close()
