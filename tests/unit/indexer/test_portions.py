"""Work goes in portions, and what is large beside the event loop."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from service.indexer.portions import Portions

KB = 1024


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * 70, [32, 32, 6], id="many small ones"),
        pytest.param([60 * KB] * 5, [2, 2, 1], id="a few larger ones"),
        pytest.param([1, 900 * KB, 1, 900 * KB], [1, 1, 1, 1], id="a large one alone"),
    ],
)
async def test_portions_are_bounded_in_number_and_bytes(
    sizes: list[int], expected: list[int]
) -> None:
    items = list(enumerate(sizes))
    parts: list[Sequence[tuple[int, int]]] = []
    await Portions().each(items, lambda item: item[1], parts.append)
    assert [len(part) for part in parts] == expected
    assert [one for part in parts for one in part] == items


async def test_between_portions_the_loop_goes_on() -> None:
    went_on: list[int] = []
    done: list[Sequence[int]] = []
    asyncio.get_running_loop().call_soon(lambda: went_on.append(len(done)))
    await Portions().each([1] * 70, lambda size: size, done.append)
    assert went_on == [1]


async def test_during_a_large_one_the_loop_goes_on() -> None:
    loop_went_on = threading.Event()
    waited: list[bool] = []
    asyncio.get_running_loop().call_soon(loop_went_on.set)
    await Portions().each(
        [900 * KB], lambda size: size, lambda _: waited.append(loop_went_on.wait(10))
    )
    assert waited == [True]


async def test_large_ones_of_several_callers_come_one_after_the_other() -> None:
    portions = Portions()
    both = threading.Barrier(2)
    met: list[bool] = []

    def meet(_: Sequence[int]) -> None:
        try:
            both.wait(0.2)
        except threading.BrokenBarrierError:
            met.append(False)
        else:
            met.append(True)

    large = [900 * KB]
    await asyncio.gather(*(portions.each(large, lambda size: size, meet) for _ in range(2)))
    assert met == [False, False]
