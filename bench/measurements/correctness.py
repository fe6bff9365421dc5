"""Who ends wrong: the same shuffled, repeated history, late updates included, to A and to ours.

Some updates of deleted users arrive only after OpenSearch has forgotten the deletion's version
(`index.gc_deletes`, 60 s unless set): as a retried delivery or a redelivery by hand would.
"""

import asyncio
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench.engine import NAMES, Engine
from bench.figures import Findings
from bench.load import cloud_event, user_id
from bench.product import running_product
from bench.rivals import ALTERNATIVE_INDEX, running_alternative
from bench.stand import Bodies, Stand

_GC_DELETES_S: Final = 60
_START: Final = datetime(2026, 2, 1, tzinfo=UTC)
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class History:
    """Deliveries now and later, and the event that must be found for each user at the end.

    expected: event id by user id, None for a deleted user.
    """

    early: list[bytes]
    late: list[bytes]
    expected: dict[str, str | None]


def make_history(users: int, seed: int) -> History:
    """Each user: created, three updates, a third then deleted; all shuffled, a third repeated.

    One update of every user comes late.
    """
    chance = random.Random(seed)  # noqa: S311
    early: list[bytes] = []
    late: list[bytes] = []
    expected: dict[str, str | None] = {}
    for user in range(users):
        kinds = ["user.created", *["user.updated"] * 3]
        deleted = chance.random() < 1 / 3
        if deleted:
            kinds.append("user.deleted")
        for turn, kind in enumerate(kinds):
            event_id = f"evt_{user:08x}{turn:08x}"
            at = _START + timedelta(milliseconds=user, minutes=turn)
            (late if turn == 2 else early).append(cloud_event(event_id, kind, user, at))
            expected[user_id(user)] = None if kind == "user.deleted" else event_id
    early += chance.sample(early, len(early) // 3)
    chance.shuffle(early)
    late += chance.sample(early, len(early) // 20)
    chance.shuffle(late)
    return History(early, late, expected)


async def users_wrong(stand: Stand) -> Findings:
    """Deliver it to both at once; count users that are missing, stale, or back from the dead."""
    history = make_history(stand.scale.users_of_history, seed=7)
    early, late = stand.bodies(history.early), stand.bodies(history.late)
    folder = stand.folder("history")
    await stand.engine.fresh_index()
    async with (
        running_product(stand.engine, folder) as product,
        running_alternative(stand.engine, folder) as rival,
    ):
        for port in (product.port, rival.port):
            await _deliver(stand, port, early)
        await product.drained()
        await asyncio.sleep(_GC_DELETES_S * 1.4)
        for port in (product.port, rival.port):
            await _deliver(stand, port, late)
        await product.drained()
        wrong = {
            "service": await _wrong(stand.engine, NAMES.readers, history.expected),
            "alternative": await _wrong(stand.engine, ALTERNATIVE_INDEX, history.expected),
        }
    await stand.engine.remove_index()
    deliveries = early.number + late.number
    return Findings(
        notes={"users_wrong": {"users": len(history.expected), "deliveries": deliveries, **wrong}}
    )


async def _deliver(stand: Stand, port: int, bodies: Bodies) -> None:
    await stand.generator.post(port, bodies.path, first=0, count=bodies.number)


async def _wrong(engine: Engine, index: str, expected: dict[str, str | None]) -> dict[str, int]:
    """How many users a search shows otherwise than the history ends."""
    await engine.call("POST", f"/{index}/_refresh")
    found = {user: event_id async for user, event_id in _documents(engine, index)}
    resurrected = sum(user in found for user in _those(expected, deleted=True))
    missing = sum(user not in found for user in _those(expected, deleted=False))
    stale = sum(
        user in found and found[user] != expected[user] for user in _those(expected, deleted=False)
    )
    total = resurrected + missing + stale
    return {"wrong": total, "resurrected": resurrected, "missing": missing, "stale": stale}


def _those(expected: dict[str, str | None], *, deleted: bool) -> Iterator[str]:
    return (user for user, event_id in expected.items() if (event_id is None) is deleted)


async def _documents(engine: Engine, index: str) -> Any:
    """User and event ids of everything that a search of the index finds."""
    after: Iterable[Any] | None = None
    while True:
        query: dict[str, Any] = {
            "size": _PAGE,
            "sort": [{"updated_at": "asc"}],
            "_source": ["user_id", "event.id"],
        }
        if after is not None:
            query["search_after"] = after
        answer = await engine.call("POST", f"/{index}/_search", query)
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield hit["_source"]["user_id"], hit["_source"]["event"]["id"]
        if len(hits) < _PAGE:
            return
        after = hits[-1]["sort"]
