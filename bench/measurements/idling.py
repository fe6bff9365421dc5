"""Target 6: what the service costs while nothing happens, and how soon it is there."""

import asyncio
import time

from bench.figures import Findings, Result, at_most
from bench.processes import cpu_s, rss_mb
from bench.product import running_product
from bench.stand import Stand


async def idle(stand: Stand) -> Findings:
    """Start to ready, then nothing."""
    await stand.engine.fresh_index()
    started_s: list[float] = []
    for _ in range(stand.scale.repetitions):
        async with running_product(stand.engine, stand.folder("starting")) as product:
            started_s.append(product.started_s)
    async with running_product(stand.engine, stand.folder("idling")) as product:
        process = product.program.figures
        await asyncio.sleep(3)
        before_s, started = cpu_s(process), time.perf_counter()
        await asyncio.sleep(stand.scale.idle_s)
        share = (cpu_s(process) - before_s) / (time.perf_counter() - started) * 100
        memory_mb = rss_mb(process)
    return Findings(
        [
            Result.alone(6, "idle", "% of a core", [share], at_most(1, "%")),
            Result.alone(6, "resident memory, idle", "MB", [memory_mb], at_most(120, "MB")),
            Result.alone(6, "start to ready", "s", started_s, at_most(1.5, "s")),
        ]
    )
