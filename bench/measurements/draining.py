"""Target 2, speed: a full journal goes to the index, nothing else happening."""

import shutil
import time
from pathlib import Path

from bench.figures import Findings, Result, at_least
from bench.limits import bulk
from bench.processes import cpu_s, java
from bench.product import Product, fill_journal, journal_path, running_product
from bench.stand import Stand


async def speed(stand: Stand) -> Findings:
    """Events a second, against the better of L2's two batch sizes."""
    events = list(stand.load().take(stand.scale.drained))
    small, large = bulk.BATCHES
    requests = {small: bulk.requests_of(events, small)}
    requests[large] = bulk.grouped(requests[small], large // small)
    full = stand.folder("full")
    await fill_journal(full, events)
    number = len(events)
    del events

    ours: list[float] = []
    limit: list[float] = []
    by_batch: dict[int, list[float]] = {size: [] for size in bulk.BATCHES}
    used_us: dict[str, list[float]] = {"service": [], "engine": [], "engine under L2": []}
    engine = java()
    for _ in range(stand.scale.repetitions):
        for size in bulk.BATCHES:
            await stand.engine.fresh_index()
            before_s = cpu_s(engine)
            by_batch[size].append(number / await bulk.write(stand.engine, requests[size]))
            used_us["engine under L2"].append((cpu_s(engine) - before_s) / number * 1e6)
        limit.append(max(rates[-1] for rates in by_batch.values()))
        await stand.engine.fresh_index()
        rate, service_us, engine_us = await _drained(stand, full, number)
        ours.append(rate)
        used_us["service"].append(service_us)
        used_us["engine"].append(engine_us)
    await stand.engine.remove_index()
    shutil.rmtree(full)
    return Findings(
        [Result.compared(2, "draining a journal", "events/s", ours, "L2", limit, at_least(0.8))],
        {
            "bulk_limit_events_per_second": {
                f"{size} × {bulk.IN_FLIGHT}": round(max(rates)) for size, rates in by_batch.items()
            },
            "processor_us_per_drained_event": {
                name: round(sum(values) / len(values), 1) for name, values in used_us.items()
            },
        },
    )


async def _drained(stand: Stand, full: Path, number: int) -> tuple[float, float, float]:
    """Events a second, and µs of processor time an event, of the service and of the engine."""
    folder = stand.folder("draining")
    shutil.copy(journal_path(full), journal_path(folder))
    async with running_product(stand.engine, folder) as product:
        figures = await drain(product, number)
    shutil.rmtree(folder)
    return figures


async def drain(product: Product, number: int) -> tuple[float, float, float]:
    """Watch a journal of that many events from its first settling until it is empty.

    Events a second, and µs of processor time an event, of the service and of the engine.
    """
    engine, service = java(), product.program.figures
    left = await product.drained_to(number - 1)
    started, service_s, engine_s = time.perf_counter(), cpu_s(service), cpu_s(engine)
    await product.drained()
    seconds = time.perf_counter() - started
    service_us = (cpu_s(service) - service_s) / left * 1e6
    return left / seconds, service_us, (cpu_s(engine) - engine_s) / left * 1e6
