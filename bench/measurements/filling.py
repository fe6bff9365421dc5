"""An index full of users, written beforehand and not timed."""

from itertools import islice

from bench.engine import NAMES
from bench.limits import bulk
from bench.load import Load
from bench.stand import Stand

_CHUNK = 20_000


async def fill_index(stand: Stand, load: Load) -> None:
    """A fresh index with every user of the load, searchable."""
    await stand.engine.fresh_index()
    everybody = load.everybody()
    while chunk := list(islice(everybody, _CHUNK)):
        await bulk.write(stand.engine, bulk.requests_of(chunk, 1_000))
    await stand.engine.call("POST", f"/{NAMES.writers}/_refresh")
