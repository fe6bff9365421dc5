"""Tombstones are purged after their retention; what is older than that needs a person's word."""

import pytest

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.waiting import eventually

CREATED = "2025-02-01T12:00:00.000Z"
LATE = "2025-02-01T12:00:10.000Z"
DELETED = "2025-02-01T12:00:20.000Z"
NEWER = "2025-02-01T12:00:30.000Z"


@pytest.fixture
async def one(service: StartService) -> Service:
    """Tombstones of a second, looked for each second; OpenSearch forgets deletions likewise."""
    one = await service(TOMBSTONE_RETENTION="1s")
    assert await one.post(event("created", new_user_id(), NEWER)) == 204
    await one.drained()
    await one.engine("PUT", f"/{one.index}/_settings", {"index.gc_deletes": "100ms"})
    return one


async def dead_letters(service: Service) -> list[str]:
    """Their numbers, all of the one code."""
    await service.drained()
    listed = await service.user_sync("dead-letters", "list")
    lines = [line.split("\t") for line in listed.out.splitlines()]
    assert all(line[2] == "older_than_retention" for line in lines), lines
    return [line[0] for line in lines]


async def test_after_the_purge_the_past_needs_a_persons_word(one: Service) -> None:
    user = new_user_id()
    for kind, time in (("created", CREATED), ("deleted", DELETED)):
        assert await one.post(event(kind, user, time)) == 204
        await one.drained()

    async def purged() -> bool:
        return user not in await one.documents(tombstones=True)

    await eventually(purged, what="the purge of the tombstone")

    # From before the deletion, of which nothing is left in the index.
    assert await one.post(event("updated", user, LATE)) == 204
    (seq,) = await dead_letters(one)
    assert user not in await one.documents()

    # It stays in force over a restart, and over a replay that nobody thought about.
    await one.restart()
    assert (await one.user_sync("dead-letters", "replay", seq)).code == 0
    (anew,) = await dead_letters(one)
    assert anew != seq
    assert user not in await one.documents()

    # Somebody knows that the user is still there.
    assert (await one.user_sync("dead-letters", "replay", "--force", anew)).code == 0
    assert await dead_letters(one) == []
    assert user in await one.documents()

    newer = new_user_id()
    assert await one.post(event("created", newer, NEWER)) == 204
    assert await dead_letters(one) == []
    assert newer in await one.documents()
    books = (await one.status())["journal"]["accounting"]
    assert books["balanced"]
    assert books["applied"] == 5


async def test_tombstones_go_though_deletions_leave_none_any_more(service: StartService) -> None:
    one = await service()
    assert await one.post(event("deleted", new_user_id(), DELETED)) == 204
    await one.drained()
    assert len(await one.documents(tombstones=True)) == 1
    one.settings |= {"DELETION_MODE": "delete", "TOMBSTONE_RETENTION": "1s"}
    await one.restart()

    async def purged() -> bool:
        return not await one.documents(tombstones=True)

    await eventually(purged, what="the purge of the tombstone")
