"""L2: documents made beforehand, with external versions, by `_bulk` into the product's index."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from aiohttp import ClientResponseError

from bench.engine import NAMES, Engine
from service.clock import clock_us
from service.documents.document import DeletionMode, Document, to_document
from service.documents.exclusion import Exclusions
from service.events.event import parse_event
from service.indexer.bulk import lines

BATCHES = (500, 2000)
"""Documents a request; the better of the two is the limit."""

IN_FLIGHT = 2
_PAUSE_S = 0.05
_HOUR_US = 3_600_000_000


def requests_of(bodies: Iterable[bytes], batch: int) -> list[bytes]:
    """The `_bulk` bodies that write what these events state."""
    now_us = clock_us()
    requests: list[bytes] = []
    documents: list[Document] = []
    for body in bodies:
        event = parse_event(body, now_us=now_us, future_tolerance_us=_HOUR_US)
        documents.append(
            to_document(
                event,
                indexed_at_us=now_us,
                exclusions=Exclusions(),
                deletion_mode=DeletionMode.TOMBSTONE,
            )
        )
        if len(documents) == batch:
            requests.append(lines(documents))
            documents = []
    if documents:
        requests.append(lines(documents))
    return requests


def grouped(requests: Sequence[bytes], times: int) -> list[bytes]:
    """The same documents in requests that many times as large."""
    return [b"".join(requests[start : start + times]) for start in range(0, len(requests), times)]


async def write(engine: Engine, requests: Sequence[bytes]) -> float:
    """Send them all, two at a time; seconds it took. What is told 429 is sent again."""
    waiting = iter(requests)

    async def lane() -> None:
        for body in waiting:
            await _write_one(engine, body)

    started = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(IN_FLIGHT)))
    return time.perf_counter() - started


async def _write_one(engine: Engine, body: bytes) -> None:
    while True:
        try:
            await engine.call("POST", f"/{NAMES.writers}/_bulk?filter_path=took", body)
        except ClientResponseError as error:
            if error.status != HTTPStatus.TOO_MANY_REQUESTS:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return
