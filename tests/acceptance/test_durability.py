"""Acknowledged means durable: `serve` is killed at random instants under load, and again."""

import random
import time

from tests.acceptance.conftest import StartService
from tests.acceptance.directory import Directory
from tests.acceptance.service_process import Service
from tests.acceptance.traffic import Traffic
from tests.waiting import eventually

KILLS = 12
SEED = 20_250_201


async def settled(service: Service) -> dict[str, int]:
    """Wait until the journal is empty; the accounting."""
    await service.drained(within=60)
    accounting: dict[str, int] = (await service.status())["journal"]["accounting"]
    assert accounting["balanced"], accounting
    assert accounting["dead_letters"] == 0
    return accounting


async def test_kill_9_at_random_instants_under_load(service: StartService) -> None:
    chance = random.Random(SEED)
    directory = Directory(200, chance)
    one = await service()
    async with Traffic(one, directory, chance) as traffic:
        for _ in range(KILLS):
            acknowledged = traffic.acknowledged
            # From the very first commits after a start up to well into the flow.
            least = chance.choice((1, 1, 20, 100, 300))

            async def flowing(least: int = acknowledged + least) -> bool:
                return traffic.acknowledged >= least

            await eventually(flowing, what="acknowledgements after a restart")
            until = time.monotonic() + chance.random() * 0.2

            async def instant(until: float = until) -> bool:
                return time.monotonic() >= until

            await eventually(instant)
            await one.kill()
            await one.start()
    accounting = await settled(one)
    assert directory.contradictions(await one.documents(tombstones=True)) == []
    assert set(traffic.answers) <= {204, 0}, traffic.answers
    assert accounting["applied"] > 0
