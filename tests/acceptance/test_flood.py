"""A flood of events in any order, some of them twice, from many senders at once, ends right."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import aiohttp
import orjson

from tests.acceptance.conftest import StartService
from tests.acceptance.directory import Directory
from tests.acceptance.service_process import Service

EVENTS = 20_000
TWICE = 4_000
USERS = 3_000
SENDERS = 16
SEED = 3


def cut(events: list[dict[str, Any]], chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Every second one alone or nearly so, the others in batches of up to a hundred."""
    at = 0
    while at < len(events):
        size = chance.choice((1, 1, 1, 2, 3, 10, 100))
        yield events[at : at + size]
        at += size


async def post_all(service: Service, requests: Iterator[list[dict[str, Any]]]) -> Counter[int]:
    """Post the batches from SENDERS connections; how often each status came."""
    statuses: Counter[int] = Counter()

    async def send(session: aiohttp.ClientSession) -> None:
        for batch in requests:
            body = orjson.dumps(batch if len(batch) > 1 else batch[0])
            async with session.post(service.webhook_url, data=body) as reply:
                statuses[reply.status] += 1

    async with aiohttp.ClientSession(headers=service.headers) as session:
        await asyncio.gather(*(send(session) for _ in range(SENDERS)))
    return statuses


async def test_a_flood_ends_right(service: StartService) -> None:
    chance = random.Random(SEED)
    directory = Directory(USERS, chance)
    events = [directory.draw() for _ in range(EVENTS - TWICE)]
    for event in events:
        directory.acknowledged(event)
    events += chance.sample(events, TWICE)
    chance.shuffle(events)

    one = await service()
    statuses = await post_all(one, cut(events, chance))
    await one.drained(within=90)

    assert statuses.keys() == {204}
    assert directory.contradictions(await one.documents(tombstones=True)) == []
    books = (await one.status())["journal"]["accounting"]
    assert books["balanced"]
    assert sum(books["received"].values()) == EVENTS
    assert books["duplicate"] >= TWICE
    assert books["applied"] + books["stale"] + books["superseded"] == EVENTS - books["duplicate"]
