"""How cost grows with the directory: the same small measurements on ever larger indices."""

import random
from itertools import pairwise
from typing import Any

from bench.engine import NAMES
from bench.figures import Findings, percentile
from bench.load import Load, typed_texts
from bench.measurements.draining import drain
from bench.measurements.filling import fill_index
from bench.measurements.lag import lags
from bench.measurements.searching import straight_times
from bench.product import fill_journal, running_product
from bench.stand import Stand

_LONE = 100


async def slopes(stand: Stand) -> Findings:
    """Figures by number of indexed users, and how they change from each number to the next."""
    figures = {users: await _figures(stand, users) for users in stand.scale.growth}
    changes = {
        f"{few:,} to {many:,}": {
            name: f"× {figures[many][name] / figures[few][name]:.2f}" for name in figures[few]
        }
        for few, many in pairwise(figures)
    }
    by_users: dict[str, Any] = {f"{users:,} users": taken for users, taken in figures.items()}
    return Findings(notes={"growth": by_users, "growth_changes": changes})


async def _figures(stand: Stand, users: int) -> dict[str, float]:
    load = Load(seed=0xBEEF, users=users)
    await fill_index(stand, load)
    await stand.engine.call("POST", f"/{NAMES.writers}/_flush")
    stats = await stand.engine.call("GET", f"/{NAMES.writers}/_stats/store")
    size = stats["_all"]["primaries"]["store"]["size_in_bytes"]
    folder = stand.folder("growth")
    updates = list(load.take(stand.scale.drained // 4))
    await fill_journal(folder, updates)
    async with running_product(stand.engine, folder) as product:
        rate, _, _ = await drain(product, len(updates))
        lone_s = await lags(stand.engine, NAMES.writers, product.port, load, _LONE)
    texts = typed_texts(random.Random(6), stand.scale.searches)  # noqa: S311
    await straight_times(stand.engine, texts[:100])
    searches_s = await straight_times(stand.engine, texts)
    await stand.engine.remove_index()
    return {
        "drained_events_per_second": round(rate),
        "lag_p50_ms": round(percentile(lone_s, 0.5) * 1e3, 1),
        "search_p50_ms": round(percentile(searches_s, 0.5) * 1e3, 1),
        "search_p99_ms": round(percentile(searches_s, 0.99) * 1e3, 1),
        "index_bytes_per_user": round(size / users),
    }
