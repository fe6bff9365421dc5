"""Purging tombstones on a real cluster, and the facts about versions that it rests on."""

from collections.abc import Sequence
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConflictError

import service.index.purge
from service.events.timestamp import format_us
from service.index.names import IndexNames
from service.index.purge import purge_tombstones
from tests.integration.conftest import sources
from tests.waiting import eventually

DAY_US = 86_400_000_000
NOW_US = 1_800_000_000_000_000
CUTOFF_US = NOW_US - 30 * DAY_US
LONG_AGO = NOW_US - 31 * DAY_US
LATELY = NOW_US - 29 * DAY_US


async def write(
    client: AsyncOpenSearch,
    names: IndexNames,
    user_id: str,
    *,
    version: int = 10,
    indexed_us: int = LONG_AGO,
    event_us: int = LONG_AGO,
    deleted_us: int | None = LONG_AGO,
) -> None:
    """A tombstone, or with deleted_us=None a user."""
    body: dict[str, Any] = {
        "user_id": user_id,
        "event": {"time": format_us(event_us)},
        "indexed_at": format_us(indexed_us),
    }
    if deleted_us is not None:
        body["deleted_at"] = format_us(deleted_us)
    params = {"version": version, "version_type": "external"}
    await client.index(index=names.writers, id=user_id, body=body, params=params)


class Memory:
    """What was remembered, in order."""

    def __init__(self) -> None:
        self.remembered: list[int] = []

    async def __call__(self, newest_us: int) -> None:
        self.remembered.append(newest_us)


async def left(client: AsyncOpenSearch, names: IndexNames) -> Sequence[str]:
    return sorted(await sources(client, names.first))


async def test_what_was_indexed_before_the_retention_goes(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "old")
    await write(client, names, "young", indexed_us=LATELY)
    await write(client, names, "late deletion", indexed_us=LATELY, deleted_us=1, event_us=LONG_AGO)
    await write(client, names, "old user", deleted_us=None)
    memory = Memory()
    purged = await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=memory)
    assert purged == 1
    assert await left(client, names) == ["late deletion", "old user", "young"]


async def test_the_newest_event_is_remembered_to_the_microsecond_before_anything_goes(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    for micros in (0, 999, 7, 500):
        await write(client, names, f"u{micros}", event_us=LONG_AGO + micros)
    await write(client, names, "newer, kept", indexed_us=LATELY, event_us=LATELY)
    remembered: list[tuple[int, int]] = []

    async def remember(newest_us: int) -> None:
        remembered.append((newest_us, len(await left(client, names))))

    purged = await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=remember)
    assert purged == 4
    assert remembered == [(LONG_AGO + 999, 5)]


async def test_an_event_time_that_is_still_to_come_is_not_remembered(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    """A document of another writer: every event until then would be older than what is purged."""
    await write(client, names, "old")
    await write(client, names, "strange", event_us=NOW_US + 3650 * DAY_US)
    memory = Memory()
    assert await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=memory) == 1
    assert memory.remembered == [LONG_AGO]
    assert await left(client, names) == ["strange"]


@pytest.mark.parametrize(
    "event_time", [LONG_AGO // 1000, "2020-02-29", "2020-02-29T12:00:00+02:00"]
)
async def test_a_date_in_another_writers_form_does_not_stop_the_purge(
    client: AsyncOpenSearch, names: IndexNames, event_time: int | str
) -> None:
    strange = {
        "user_id": "u",
        "event": {"time": event_time},
        "indexed_at": format_us(LONG_AGO),
        "deleted_at": format_us(LONG_AGO),
    }
    await client.index(index=names.writers, id="u", body=strange)
    purged = await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=Memory())
    assert purged == 1


async def test_nothing_to_purge_is_nothing_to_remember(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "young", indexed_us=LATELY)
    memory = Memory()
    assert await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=memory) == 0
    assert memory.remembered == []


async def test_what_cannot_be_remembered_is_not_purged(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "old")

    async def remember(newest_us: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=remember)
    assert await left(client, names) == ["old"]


async def test_what_is_newer_than_what_was_remembered_stays_for_the_next_round(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "old")

    async def remember(newest_us: int) -> None:
        await write(client, names, "came meanwhile", event_us=newest_us + 1)

    purged = await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=remember)
    assert purged == 1
    assert await left(client, names) == ["came meanwhile"]


async def test_a_user_who_comes_back_meanwhile_stays(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "deleted")
    await write(client, names, "comes back")

    async def remember(newest_us: int) -> None:
        await write(client, names, "comes back", version=11, deleted_us=None)

    await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=remember)
    assert await left(client, names) == ["comes back"]


async def test_many_go_in_several_requests(
    client: AsyncOpenSearch, names: IndexNames, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.index.purge, "_MOST_AT_ONCE", 3)
    for number in range(8):
        await write(client, names, f"u{number}")
    purged = await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=Memory())
    assert purged == 8
    assert await left(client, names) == []


async def test_a_newer_event_after_the_purge_is_taken(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "u", version=10)
    await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=Memory())
    await write(client, names, "u", version=12, deleted_us=None)
    assert await left(client, names) == ["u"]


async def test_soon_after_the_purge_an_older_event_would_be_taken_too(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    """Why the newest purged event time is remembered: the engine forgets the version."""
    await client.indices.put_settings(index=names.first, body={"index.gc_deletes": "0s"})
    await write(client, names, "u", version=10)
    await purge_tombstones(client, names, older_than_us=CUTOFF_US, remember=Memory())

    async def taken() -> bool:
        await client.indices.refresh(index=names.first)
        try:
            await write(client, names, "u", version=9, deleted_us=None)
        except ConflictError:
            return False
        return True

    await eventually(taken)


async def test_a_delete_at_the_tombstones_own_version_would_be_refused(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "u", version=10)
    params = {"version": 10, "version_type": "external"}
    with pytest.raises(ConflictError):
        await client.delete(index=names.writers, id="u", params=params)


async def test_through_the_readers_alias_no_tombstone_is_found(
    client: AsyncOpenSearch, names: IndexNames
) -> None:
    await write(client, names, "u")
    query = {"query": {"exists": {"field": "deleted_at"}}}
    params = {"refresh": True}
    await client.indices.refresh(index=names.writers)
    answer = await client.delete_by_query(index=names.readers, body=query, params=params)
    assert answer["deleted"] == 0
    assert await left(client, names) == ["u"]
