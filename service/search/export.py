"""GET /users as NDJSON: everybody that matches, streamed, as of one instant.

Memory holds one page, sized by the documents' bytes. The point in time is closed however the
export ends; one that fails on its way ends without the final chunk, so that a client can tell.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from service.doors.problems import ProblemType, try_again
from service.events.json_text import dump
from service.search.answers import read_export_page
from service.search.body import export_body
from service.search.engine import Engine, require_whole
from service.search.options import SearchOptions
from service.search.parameters import Parameters

_FIRST_PAGE = 100
_MOST_PER_PAGE = 2_000


class Exports:
    """Runs as many exports at once as options say; refuses more."""

    def __init__(self, engine: Engine, options: SearchOptions) -> None:
        self._engine = engine
        self._options = options
        self._running = 0

    async def chunks(self, parameters: Parameters) -> AsyncGenerator[bytes, None]:
        """Whole lines, a page at a time. Raises Problem. Close it: `aclosing`."""
        if self._running >= self._options.exports:
            raise try_again(ProblemType.TOO_MANY_EXPORTS, after_s=10)
        self._running += 1
        try:
            pit = await self._engine.open_point_in_time()
            try:
                async with aclosing(self._pages(parameters, pit)) as pages:
                    async for page in pages:
                        yield page
            finally:
                # Even when the client's disappearance or a stop has cancelled us.
                await asyncio.shield(self._engine.close_point_in_time(pit))
        finally:
            self._running -= 1

    async def _pages(self, parameters: Parameters, pit: str) -> AsyncGenerator[bytes, None]:
        forgiving = False
        size = _FIRST_PAGE
        after: list[Any] = []
        while True:
            body = export_body(parameters, forgiving=forgiving, size=size, after=after)
            answer = await self._engine.search_point_in_time(body, pit)
            users, following, timed_out = read_export_page(answer)
            require_whole(timed_out)
            if not users:
                if after or forgiving or parameters.text is None:
                    return
                forgiving = True
                continue
            yield b"".join([dump(dict(user)) + b"\n" for user in users])
            if len(users) < size:
                return
            after = following
            size = self._fitting(len(users), len(answer))

    def _fitting(self, users: int, size: int) -> int:
        """How many documents make a page, judging by the last; never more than twice as many."""
        wanted = self._options.export_page_bytes * users // max(1, size)
        return max(1, min(wanted, users * 2, _MOST_PER_PAGE))
