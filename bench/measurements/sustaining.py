"""Target 3: posted until found: receiving and indexing at once, and in a flood."""

import asyncio
import signal
import time
from statistics import median

from bench.engine import NAMES
from bench.figures import Findings, Result, at_least
from bench.limits import bulk
from bench.processes import cpu_s, java, until
from bench.product import Product, running_product
from bench.rivals import ALTERNATIVE_INDEX, running_alternative
from bench.stand import Bodies, Stand

_LOOK_EVERY_S = 0.2

_MOST_WAITING = 5_000
"""Events in the journal above which sustained posting pauses: a second's. What is received is
indexed at once; in a flood, it is received first and indexed later."""


async def end_to_end(stand: Stand) -> Findings:
    """Events a second, posted and found, against L2 and A."""
    number, repetitions = stand.scale.sustained, stand.scale.repetitions
    share = number // stand.scale.alternative
    load = stand.load()
    ours: list[float] = []
    flood: list[float] = []
    limit: list[float] = []
    alternative: list[float] = []
    used_us: dict[str, list[float]] = {"service": [], "engine": [], "generator": []}
    for _ in range(repetitions):
        events = list(load.take(number))
        requests = bulk.requests_of(events, bulk.BATCHES[0])
        await stand.engine.fresh_index()
        limit.append(number / await bulk.write(stand.engine, requests))
        await stand.engine.fresh_index()
        limit[-1] = max(
            limit[-1], number / await bulk.write(stand.engine, bulk.grouped(requests, 4))
        )
        bodies = stand.bodies(events)
        folder = stand.folder("sustaining")
        async with running_alternative(stand.engine, folder) as rival:
            started = time.perf_counter()
            await stand.generator.post(rival.port, bodies.path, first=0, count=share)
            await _found(stand, ALTERNATIVE_INDEX, _last_kept(events[:share]))
            alternative.append(share / (time.perf_counter() - started))
        await stand.engine.fresh_index()
        async with running_product(stand.engine, folder) as product:
            rate, figures = await _sustained(stand, product, bodies, _event_id(events[-1]))
        ours.append(rate)
        await stand.engine.fresh_index()
        async with running_product(stand.engine, stand.folder("flooding")) as product:
            flood.append(await _flooded(stand, product, bodies, _event_id(events[-1])))
        for name, value in figures.items():
            used_us[name].append(value)
        bodies.path.unlink()
    await stand.engine.remove_index()
    stand.most_per_second = median(ours)
    what = "sustained, posted to searchable"
    all_at_once = "a flood, posted to searchable"
    return Findings(
        [
            Result.compared(3, what, "events/s", ours, "L2", limit, at_least(0.45)),
            Result.compared(3, what, "events/s", ours, "A", alternative, at_least(5)),
            Result.compared(3, all_at_once, "events/s", flood, "L2", limit, at_least(0.45)),
        ],
        {
            "processor_us_per_event_end_to_end": {
                name: round(sum(values) / len(values), 1) for name, values in used_us.items()
            }
        },
    )


async def _sustained(
    stand: Stand, product: Product, bodies: Bodies, last_id: str
) -> tuple[float, dict[str, float]]:
    """Events a second from the first posted until a search finds the last; µs by process."""
    service, engine = product.program.figures, java()
    before_s = cpu_s(service), cpu_s(engine)
    started = time.perf_counter()
    posting = await stand.generator.start(product.port, bodies.path, first=0, count=bodies.number)
    answers = asyncio.create_task(stand.generator.answers(posting))
    while not answers.done():
        waiting = await product.journaled()
        if posting.returncode is None:
            posting.send_signal(signal.SIGSTOP if waiting > _MOST_WAITING else signal.SIGCONT)
        await asyncio.sleep(_LOOK_EVERY_S)
    posted = await answers
    await product.drained()
    await _found(stand, NAMES.writers, last_id)
    seconds = time.perf_counter() - started
    used_us = {
        "service": (cpu_s(service) - before_s[0]) / bodies.number * 1e6,
        "engine": (cpu_s(engine) - before_s[1]) / bodies.number * 1e6,
        "generator": posted.cpu_seconds / bodies.number * 1e6,
    }
    return bodies.number / seconds, used_us


async def _flooded(stand: Stand, product: Product, bodies: Bodies, last_id: str) -> float:
    """Events a second when nothing holds the posting back, until a search finds the last."""
    started = time.perf_counter()
    await stand.generator.post(product.port, bodies.path, first=0, count=bodies.number)
    await product.drained()
    await _found(stand, NAMES.writers, last_id)
    return bodies.number / (time.perf_counter() - started)


async def _found(stand: Stand, index: str, event_id: str) -> None:
    """Wait until a search finds the last event: nothing can have superseded it."""

    async def there() -> bool:
        return bool(await stand.engine.found(index, [event_id]))

    await until(there, within_s=60, every_s=0.01)


def _last_kept(events: list[bytes]) -> str:
    """The id of the last event that isn't a deletion: of those, A leaves nothing to be found."""
    return next(_event_id(event) for event in reversed(events) if b'"user.deleted"' not in event)


def _event_id(body: bytes) -> str:
    return body.split(b'"id":"', 1)[1].split(b'"', 1)[0].decode()
