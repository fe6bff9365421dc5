"""Who waits behind a user's chain under way, and when the wait is over."""

import asyncio
from collections.abc import Sequence

from service.indexer.chain import Chain
from service.indexer.in_turn import InTurn
from tests.unit.indexer.making import candidate


def chain(user: str, version: int) -> Chain:
    return Chain(candidate(version, user))


async def test_what_is_newer_waits_as_one_chain_until_the_older_one_is_through() -> None:
    sent: list[list[tuple[str, int]]] = []
    back: list[Chain] = []
    answer = asyncio.Event()

    async def deliver(chains: Sequence[Chain]) -> list[Chain]:
        sent.append([(one.user, one.head.seq) for one in chains])
        await answer.wait()
        return [one for one in chains if one.user == "b"]

    in_turn = InTurn(deliver, back.extend)
    first = asyncio.create_task(in_turn.deliver([chain("a", 1), chain("b", 2)]))
    await asyncio.sleep(0)
    second = asyncio.create_task(in_turn.deliver([chain("a", 3), chain("c", 4)]))
    await asyncio.sleep(0)
    assert await in_turn.deliver([chain("a", 5)]) == []
    assert sent == [[("a", 1), ("b", 2)], [("c", 4)]]
    assert back == []

    answer.set()
    assert [one.user for one in await first] == ["b"]
    assert await second == []
    (waited,) = back
    assert (waited.user, waited.head.seq, waited.next_newest()) == ("a", 5, 3)
    assert await in_turn.deliver(back) == []
    assert sent[-1] == [("a", 5)]
