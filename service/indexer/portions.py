"""Long work on the event loop in portions, so that webhooks are answered in between."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

# A usual event costs up to some 50 µs, a larger one more.
_AT_ONCE = 32
_BYTES_AT_ONCE = 128 * 1024

T = TypeVar("T")


class Portions:
    """Whoever shares it has one large item under way at a time.

    Python runs one thread at a time: several would take as long, and the event loop would wait for
    each of them in turn.
    """

    def __init__(self) -> None:
        self._large = asyncio.Lock()

    async def each(
        self, items: Sequence[T], size_of: Callable[[T], int], work: Callable[[Sequence[T]], None]
    ) -> None:
        """Work on all items, in order; what is large goes to a thread. size_of: an item's bytes."""
        for some, size in _portions(items, size_of):
            if size > _BYTES_AT_ONCE:
                async with self._large:
                    await asyncio.to_thread(work, some)
            else:
                work(some)
                await asyncio.sleep(0)


def _portions(items: Sequence[T], size_of: Callable[[T], int]) -> Iterator[tuple[Sequence[T], int]]:
    """Portions of a few milliseconds each, but where one item alone is large; with their bytes."""
    start = size = 0
    for end, item in enumerate(items):
        its_size = size_of(item)
        full = end - start == _AT_ONCE or size + its_size > _BYTES_AT_ONCE
        if full and end > start:
            yield items[start:end], size
            start, size = end, 0
        size += its_size
    if items:
        yield items[start:], size
