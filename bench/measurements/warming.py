"""Before anything counts: the engine's compiler sees what it will be asked for."""

from bench.engine import NAMES
from bench.limits import bulk, refresh
from bench.product import running_product
from bench.rivals import running_alternative
from bench.stand import Stand

_CHUNK = 20_000


async def warm_up(stand: Stand) -> None:
    """Bulk writes of both sizes, single writes with refreshes, searches, single versioned writes as
    the alternative does them, and the product's traffic: until the compiler has seen refreshes,
    merges and versions looked up in segments, that costs twice as much as later."""
    load = stand.load()
    await stand.engine.fresh_index()
    for start in range(0, stand.scale.warm_up, _CHUNK):
        size = min(_CHUNK, stand.scale.warm_up - start)
        requests = bulk.requests_of(load.take(size), bulk.BATCHES[0])
        grouped = bulk.grouped(requests, bulk.BATCHES[1] // bulk.BATCHES[0])
        await bulk.write(stand.engine, requests if start // _CHUNK % 2 else grouped)
    event_id, body = load.event("user.updated", 1)
    source = bulk.requests_of([body], 1)[0].split(b"\n")[1]
    for turn in range(stand.scale.lone):
        await refresh.write_and_refresh(stand.engine, f"warm-{turn}", source)
        await stand.engine.found(NAMES.writers, [event_id])
    await stand.engine.remove_index()
    bodies = stand.bodies(load.take(stand.scale.warm_up // 20))
    async with running_alternative(stand.engine, stand.folder("warming")) as rival:
        await stand.generator.post(rival.port, bodies.path, first=0, count=bodies.number)
    await stand.engine.fresh_index()
    bodies = stand.bodies(load.take(stand.scale.warm_up))
    async with running_product(stand.engine, stand.folder("warming")) as product:
        await stand.generator.post(product.port, bodies.path, first=0, count=bodies.number)
        await product.drained()
    await stand.engine.remove_index()
