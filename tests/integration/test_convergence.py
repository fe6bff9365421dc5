"""Any order, any repetition, any batching of a history ends in the same index content.

The expected content comes from a model that knows nothing of version numbers: it compares
(instant, kind, digest of the event's id) as the design states them.
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from opensearchpy import AsyncOpenSearch

from service.index.names import IndexNames
from tests.integration.conftest import Pipeline, sources

BASE = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
RANK = {"user.created": 1, "user.updated": 2, "user.deleted": 3}


@dataclass(frozen=True)
class Told:
    """An event as it will be sent, with what the model needs of it."""

    user: int
    type: str
    micros: int  # of the instant that counts, after BASE
    whole_second: bool  # `time` without a fraction; updated_at (deleted_at) carries it
    poison: bool
    id: str

    @property
    def order(self) -> tuple[int, int, int]:
        digest = int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:2]) >> 7
        return (self.micros, RANK[self.type], digest)

    def body(self, prefix: str) -> bytes:
        instant = BASE + timedelta(microseconds=self.micros)
        exact = instant.isoformat(timespec="microseconds").replace("+00:00", "Z")
        whole = instant.replace(microsecond=0).isoformat().replace("+00:00", "Z")
        deleted = self.type == "user.deleted"
        profile: dict[str, Any] = {
            "user_id": f"{prefix}|{self.user}",
            "name": f"state of {self.id}",
            "email": f"{self.id}@example.com",
            "updated_at": exact,
        }
        if deleted:
            # Its updated_at is older within the second: the larger of the two counts.
            profile |= {"deleted_at": exact, "updated_at": whole}
        if self.poison:
            profile["user_id"] = ""
        event = {
            "specversion": "1.0",
            "type": self.type,
            "source": "urn:auth0:example",
            "id": self.id,
            "time": whole if self.whole_second else exact,
            "a0tenant": "my-tenant",
            "a0stream": "est_1",
            "data": {"object": profile},
        }
        return json.dumps(event).encode()


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Told], list[list[Told]]]:
    """A history, and the batches it arrives in: shuffled, with duplicates."""
    instants = st.one_of(
        st.integers(0, 3).map(lambda s: s * 1_000_000),
        st.integers(0, 3_999_999),
        st.sampled_from([500_000, 500_001, 1_500_000]),
    )
    count = draw(st.integers(1, 14))
    history = [
        Told(
            user=draw(st.integers(0, 3)),
            type=draw(st.sampled_from(sorted(RANK))),
            micros=draw(instants),
            whole_second=draw(st.booleans()),
            poison=draw(st.integers(0, 9)) == 0,
            id=f"evt_{n}_{draw(st.integers(0, 99))}",
        )
        for n in range(count)
    ]
    # Exact ties of two different events (1 in 512) count as duplicates: whichever came first stays.
    orders = [(told.user, told.order) for told in history if not told.poison]
    assume(len(set(orders)) == len(orders))
    arrivals = history + draw(st.lists(st.sampled_from(history), max_size=8))
    arrivals = draw(st.permutations(arrivals))
    batches: list[list[Told]] = []
    while arrivals:
        size = draw(st.integers(1, 6))
        batches.append(arrivals[:size])
        arrivals = arrivals[size:]
    return history, batches


def expected(history: list[Told], prefix: str) -> dict[str, tuple[bool, str]]:
    """user_id → (deleted, id of the event that made its state)."""
    newest: dict[int, Told] = {}
    for told in history:
        if told.poison:
            continue
        now = newest.get(told.user)
        if now is None or told.order > now.order:
            newest[told.user] = told
    return {
        f"{prefix}|{user}": (told.type == "user.deleted", told.id) for user, told in newest.items()
    }


async def test_every_arrival_order_ends_in_the_same_index(
    client: AsyncOpenSearch,
    names: IndexNames,
    pipeline: Callable[..., Awaitable[Pipeline]],
) -> None:
    running = await pipeline(max_events=5)
    loop = asyncio.get_running_loop()

    async def play(batches: list[list[Told]], prefix: str) -> dict[str, tuple[bool, str]]:
        for batch in batches:
            await running.feed([told.body(prefix) for told in batch])
        await running.drained()
        assert running.journal.accounting().balanced
        await client.indices.refresh(index=names.writers)
        answer = await client.search(
            index=names.writers,
            body={"size": 100, "query": {"prefix": {"user_id": f"{prefix}|"}}},
        )
        return {
            hit["_id"]: ("deleted_at" in hit["_source"], hit["_source"]["event"]["id"])
            for hit in answer["hits"]["hits"]
        }

    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(histories())
    def converges(drawn: tuple[list[Told], list[list[Told]]]) -> None:
        history, batches = drawn
        prefix = uuid.uuid4().hex
        future = asyncio.run_coroutine_threadsafe(play(batches, prefix), loop)
        assert future.result(timeout=60) == expected(history, prefix)

    await asyncio.to_thread(converges)
    assert len(await sources(client, names.writers)) > 0
