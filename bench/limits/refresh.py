"""L3: one document written and made searchable in one synchronous request, `index?refresh=true`."""

import time

from bench.engine import NAMES, Engine


async def write_and_refresh(engine: Engine, document_id: str, source: bytes) -> float:
    """Seconds until a search finds it, which is when the answer comes."""
    started = time.perf_counter()
    await engine.call("PUT", f"/{NAMES.writers}/_doc/{document_id}?refresh=true", source)
    return time.perf_counter() - started
