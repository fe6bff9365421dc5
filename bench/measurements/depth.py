"""Target 2, memory: what a deep journal costs, in memory and for each event."""

import asyncio
from pathlib import Path

from bench.figures import Findings, Result, at_most
from bench.processes import cpu_s, rss_mb
from bench.product import Product, fill_journal, running_product
from bench.stand import Stand

_SHALLOW_SHARE = 100
_SLICE_SHARE = 50


async def memory_and_cost(stand: Stand) -> Findings:
    """Post until the journal is deep; compare it with itself at a hundredth of that."""
    deep = stand.scale.deep
    shallow, count = deep // _SHALLOW_SHARE, deep // _SLICE_SHARE
    load = stand.load()
    folder = stand.folder("deep")
    async with running_product(stand.engine, folder, indexing=False) as product:

        async def post(number: int) -> float:
            bodies = stand.bodies(load.take(number))
            before_s = cpu_s(product.program.figures)
            await stand.generator.post(product.port, bodies.path, first=0, count=number)
            bodies.path.unlink()
            return (cpu_s(product.program.figures) - before_s) / number * 1e6

        await post(shallow)
        at_shallow_mb = await _settled_rss(product)
        shallow_us = [await post(count // 2), await post(count // 2)]
        posted = shallow + count
        while posted < deep - count:
            await post(min(5 * count, deep - count - posted))
            posted += min(5 * count, deep - count - posted)
        deep_us = [await post(count // 2), await post(count // 2)]
        at_deep_mb = await _settled_rss(product)
        journaled = await product.journaled()
    start_s, _ = await _draining(stand, folder=stand.folder("empty"))
    shallow_drain_us: list[float] = []
    for _ in range(stand.scale.repetitions):
        few = stand.folder("shallow")
        await fill_journal(few, list(load.take(shallow)))
        used_s, _ = await _draining(stand, folder=few)
        shallow_drain_us.append((used_s - start_s) / shallow * 1e6)
    used_s, drained_mb = await _draining(stand, folder=folder)
    deep_drain_us = (used_s - start_s) / journaled * 1e6
    return Findings(
        [
            Result.alone(
                2,
                f"memory, {shallow:,} to {journaled:,} journaled",
                "MB",
                [at_deep_mb - at_shallow_mb],
                at_most(50, "MB"),
            ),
            Result.compared(
                2,
                f"processor time to journal an event, {journaled:,} deep",
                "µs",
                deep_us,
                f"{shallow:,} deep",
                shallow_us,
                at_most(1.1),
            ),
            Result.compared(
                2,
                f"processor time to drain an event, of {journaled:,}",
                "µs",
                [deep_drain_us] * len(shallow_drain_us),
                f"of {shallow:,}",
                shallow_drain_us,
                at_most(1.1),
            ),
        ],
        {"resident_mb": {"deep": round(at_deep_mb), "after draining": round(drained_mb)}},
    )


async def _draining(stand: Stand, *, folder: Path) -> tuple[float, float]:
    """Seconds of processor time of a service, from its start until the journal is empty; its MB."""
    await stand.engine.fresh_index()
    async with running_product(stand.engine, folder) as product:
        await product.drained()
        return cpu_s(product.program.figures), rss_mb(product.program.figures)


async def _settled_rss(product: Product) -> float:
    """Once the garbage of a flood is gone, as far as it goes."""
    await asyncio.sleep(3)
    return rss_mb(product.program.figures)
