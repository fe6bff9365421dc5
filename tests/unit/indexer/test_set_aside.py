"""What was refused waits beside the flow, and never overtakes what is newer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from service.indexer.chain import Chain
from service.indexer.retry import Retry
from service.indexer.set_aside import SetAside
from tests.unit.indexer.making import candidate


def chain(user: str, version: int) -> Chain:
    return Chain(candidate(version, user))


class Cluster:
    """Refuses all that it is sent, one batch each time `answer` is set."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[list[tuple[str, int]]] = asyncio.Queue()
        self.answer = asyncio.Event()
        self.answered = asyncio.Event()

    async def deliver(self, chains: Sequence[Chain]) -> list[Chain]:
        self.sent.put_nowait([(one.user, one.head.seq) for one in chains])
        await self.answer.wait()
        self.answer.clear()
        self.answered.set()
        return list(chains)


@asynccontextmanager
async def running(cluster: Cluster, pauses: type[Retry] = Retry) -> AsyncIterator[SetAside]:
    stopping = asyncio.Event()
    aside = SetAside(
        cluster.deliver,
        pauses(0.001, stopping),
        max_events=10,
        max_bytes=1_000,
        emptied=lambda: None,
    )
    task = asyncio.create_task(aside.run())
    async with asyncio.timeout(10):
        yield aside
        stopping.set()
        cluster.answer.set()
        await task


async def test_what_is_refused_again_is_sent_again() -> None:
    cluster = Cluster()
    async with running(cluster) as aside:
        aside.add([chain("a", 1), chain("b", 2)])
        assert await cluster.sent.get() == [("a", 1), ("b", 2)]
        cluster.answer.set()
        assert await cluster.sent.get() == [("a", 1), ("b", 2)]


async def test_what_waits_goes_with_what_is_newer() -> None:
    cluster = Cluster()
    async with running(cluster) as aside:
        newer = [chain("a", 3), chain("c", 4)]
        aside.add([chain("a", 1), chain("b", 2)])
        aside.hand_over(newer)
        assert newer[0].next_newest() == 1
        assert newer[1].next_newest() is None
        assert await cluster.sent.get() == [("b", 2)]


async def test_what_is_under_way_goes_with_what_is_newer_if_it_is_refused_again() -> None:
    cluster = Cluster()
    async with running(cluster) as aside:
        aside.add([chain("a", 1), chain("b", 2)])
        assert await cluster.sent.get() == [("a", 1), ("b", 2)]
        newer = chain("a", 3)
        aside.hand_over([newer])
        assert newer.next_newest() == 1
        cluster.answer.set()
        assert await cluster.sent.get() == [("b", 2)]


class NeverAgain(Retry):
    """A pause that lasts until the end."""

    async def _pause(self, seconds: float) -> None:
        await self._stopping.wait()


async def test_when_all_went_with_what_is_newer_the_next_one_is_sent_at_once() -> None:
    cluster = Cluster()
    async with running(cluster, NeverAgain) as aside:
        aside.add([chain("a", 1)])
        assert await cluster.sent.get() == [("a", 1)]
        aside.hand_over([chain("a", 2)])
        cluster.answer.set()
        await cluster.answered.wait()
        aside.add([chain("b", 3)])
        assert await cluster.sent.get() == [("b", 3)]
