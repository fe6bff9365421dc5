"""A blocking iterator run in a thread, a little ahead of the coroutine that takes its items.

The thread is a daemon: one that waits for a pipe which never ends must not keep the process alive.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


async def ahead(
    items: Iterable[T], *, depth: int, never_stuck: bool = False
) -> AsyncGenerator[T, None]:
    """The items, in order; at most depth of them are made before they are asked for.

    never_stuck: the iterator waits for nobody: closing waits until it is not used any more, as it
    has to when somebody else is to read from where it reads.

    What the iterator raises is raised here. Close it (contextlib.aclosing) to stop the thread,
    which ends as soon as it has the item that it is making.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Queue[T | _End] = asyncio.Queue()
    room = threading.Semaphore(depth)
    closed = threading.Event()

    def hand_over(item: T | _End) -> None:
        try:
            loop.call_soon_threadsafe(made.put_nowait, item)
        except RuntimeError:  # the loop is closed: nobody waits any more
            closed.set()

    def make() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                room.acquire()
                if closed.is_set():
                    return
                hand_over(item)
        except Exception as raised:
            error = raised
        hand_over(_End(error))

    thread = threading.Thread(target=make, name="read-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := await made.get(), _End):
            room.release()
            yield item
        if item.error is not None:
            raise item.error
    finally:
        closed.set()
        room.release()
        if never_stuck:
            await asyncio.to_thread(thread.join)
