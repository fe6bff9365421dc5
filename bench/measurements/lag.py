"""Target 4: how soon a search finds a lone event, on an idle service and on a busy one."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from bench.engine import NAMES, Engine
from bench.figures import Findings, Result, at_most, percentile
from bench.generator import TOKEN
from bench.limits import bulk, refresh
from bench.load import USERS, Load
from bench.measurements import sustaining
from bench.product import running_product
from bench.rivals import ALTERNATIVE_INDEX, running_alternative
from bench.stand import Stand

_EVERY_S = 0.05
_SLICE = 100
"""Lone events of one turn: five seconds. What a refresh costs drifts with the index's segments, so
the sides alternate oftener than elsewhere."""
_LONGEST_S = 30.0
_ASKED_EVERY_S = 0.005
"""After each answer. Without a pause the asking takes a processor from what is measured."""
_BUSY_GOAL_S = 1.5


@dataclass(frozen=True, slots=True)
class Lags:
    """Milliseconds, of one slice."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Lags":
        return cls(percentile(seconds, 0.5) * 1e3, percentile(seconds, 0.99) * 1e3)


async def lone_events(stand: Stand) -> Findings:
    """20 events a second, each timed from its 204 until a search finds it, against L3."""
    number = min(_SLICE, stand.scale.lone)
    repetitions = stand.scale.repetitions * stand.scale.lone // number
    load = stand.load()
    ours: list[Lags] = []
    limit: list[Lags] = []
    alternative: list[Lags] = []
    await stand.engine.fresh_index()
    await bulk.write(stand.engine, bulk.requests_of(load.everybody(), 500))
    folder = stand.folder("lag")
    async with (
        running_product(stand.engine, folder) as product,
        running_alternative(stand.engine, folder) as rival,
    ):
        await lags(stand.engine, NAMES.writers, product.port, load, 40)
        for _ in range(repetitions):
            limit.append(Lags.of(await _refreshes(stand.engine, load, number)))
            ours.append(
                Lags.of(await lags(stand.engine, NAMES.writers, product.port, load, number))
            )
            alternative.append(
                Lags.of(await lags(stand.engine, ALTERNATIVE_INDEX, rival.port, load, number // 4))
            )
    await stand.engine.remove_index()
    p50, p99 = [lag.p50 for lag in ours], [lag.p99 for lag in ours]
    what = "lag of a lone event"
    return Findings(
        [
            Result.compared(
                4, f"{what}, p50", "ms", p50, "L3", [lag.p50 for lag in limit], at_most(1.5)
            ),
            Result.compared(
                4, f"{what}, p99", "ms", p99, "L3", [lag.p50 for lag in limit], at_most(4)
            ),
        ],
        {
            "lag_ms_of_the_alternative": {
                "p50": round(max(lag.p50 for lag in alternative)),
                "p99": round(max(lag.p99 for lag in alternative)),
            },
            "limit_3_ms": {
                "p50": round(max(lag.p50 for lag in limit), 1),
                "p99": round(max(lag.p99 for lag in limit), 1),
            },
        },
    )


async def under_load(stand: Stand) -> Findings:
    """The same while events come at half of what can be sustained."""
    if not stand.most_per_second:
        await sustaining.end_to_end(stand)
    rate = stand.most_per_second / 2
    number = int(rate * stand.scale.loaded_s)
    load = stand.load()
    p99_s: list[float] = []
    await stand.engine.fresh_index()
    async with running_product(stand.engine, stand.folder("loaded")) as product:
        for _ in range(stand.scale.repetitions):
            bodies = stand.bodies(load.take(number))
            posting = await stand.generator.start(
                product.port, bodies.path, first=0, count=number, rate=rate
            )
            probes = int((stand.scale.loaded_s - 1) / _EVERY_S)
            taken = await lags(stand.engine, NAMES.writers, product.port, load, probes)
            await stand.generator.answers(posting)
            await product.drained()
            bodies.path.unlink()
            p99_s.append(percentile(taken, 0.99))
    await stand.engine.remove_index()
    what = f"lag at {rate:,.0f} events/s, half of the most, p99"
    return Findings([Result.alone(4, what, "s", p99_s, at_most(_BUSY_GOAL_S, "s"))])


async def _refreshes(engine: Engine, load: Load, number: int) -> list[float]:
    """L3, as often as the others."""
    _, body = load.event("user.updated", 1)
    source = bulk.requests_of([body], 1)[0].split(b"\n")[1]
    seconds: list[float] = []
    started = time.perf_counter()
    for turn in range(number):
        await asyncio.sleep(max(0.0, started + turn * _EVERY_S - time.perf_counter()))
        seconds.append(await refresh.write_and_refresh(engine, f"lone-{turn}", source))
    return seconds


async def lags(engine: Engine, index: str, port: int, load: Load, number: int) -> list[float]:
    """Seconds from an event's 204 until it is found, of events 20 a second."""
    watch = _Watch(engine, index)
    watching = asyncio.create_task(watch.run())
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}

    async def post(session: aiohttp.ClientSession, event_id: str, body: bytes) -> float:
        async with session.post(
            f"http://127.0.0.1:{port}/webhook", data=body, headers=headers
        ) as answer:
            answer.raise_for_status()
        return await watch.found(event_id)

    try:
        async with aiohttp.ClientSession() as session:
            started = time.perf_counter()
            asked: list[asyncio.Task[float]] = []
            for turn in range(number):
                await asyncio.sleep(max(0.0, started + turn * _EVERY_S - time.perf_counter()))
                # Users beyond those of the load: nothing else supersedes these events.
                event_id, body = load.event("user.created", USERS + turn)
                asked.append(asyncio.create_task(post(session, event_id, body)))
            return list(await asyncio.gather(*asked))
    finally:
        watching.cancel()


class _Watch:
    """Asks for all events not found yet in one search, every few milliseconds.

    One search for each of them would be a load that the limit isn't measured under.
    """

    def __init__(self, engine: Engine, index: str) -> None:
        self._engine = engine
        self._index = index
        self._missing: dict[str, tuple[float, asyncio.Future[float]]] = {}
        self._some_missing = asyncio.Event()

    async def found(self, event_id: str) -> float:
        """Seconds from now until a search finds it. Raises TimeoutError."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._missing[event_id] = time.perf_counter(), future
        self._some_missing.set()
        return await asyncio.wait_for(future, _LONGEST_S)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._some_missing.wait()
            try:
                found = await self._engine.found(self._index, list(self._missing))
            except aiohttp.ClientResponseError:
                found = []  # an index that was made a moment ago can't be searched yet
            for event_id in found:
                acknowledged, future = self._missing.pop(event_id)
                if not future.done():
                    future.set_result(time.perf_counter() - acknowledged)
            if not self._missing:
                self._some_missing.clear()
            await asyncio.sleep(_ASKED_EVERY_S)
