"""GET /users: one page of a search."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.doors.problems import Problem, ProblemType
from service.index.http import AnswerTooLarge
from service.search.answers import Found, read_page
from service.search.body import search_body
from service.search.cursor import Cursors, InvalidCursor, Position
from service.search.engine import Engine, require_whole
from service.search.options import SearchOptions
from service.search.parameters import Parameters


class Listing:
    """Answers searches page by page; keeps nothing between them."""

    def __init__(self, engine: Engine, cursors: Cursors, options: SearchOptions) -> None:
        self._engine = engine
        self._cursors = cursors
        self._timeout_s = options.engine_timeout_s
        self._page_bytes = options.page_bytes

    async def page(self, parameters: Parameters) -> Mapping[str, Any]:
        """The answer's members but `took_ms`. Raises Problem."""
        position = self._position(parameters)
        found = await self._find(parameters, position)
        if not found.users and not position.after and parameters.text is not None:
            position = Position([], forgiving=True)
            found = await self._find(parameters, position)
        following = None
        if found.after is not None:
            following = self._cursors.write(
                Position(found.after, position.forgiving), parameters.search
            )
        return {
            "users": found.users,
            "total": {"value": found.total, "relation": "eq" if found.total_is_exact else "gte"},
            "next": following,
            "forgiving": position.forgiving,
            **found.extras,
        }

    def _position(self, parameters: Parameters) -> Position:
        if parameters.cursor is None:
            return Position([], forgiving=False)
        try:
            return self._cursors.read(parameters.cursor, parameters.search)
        except InvalidCursor as error:
            raise Problem(ProblemType.INVALID_CURSOR, str(error)) from None

    async def _find(self, parameters: Parameters, position: Position) -> Found:
        """As many as were asked for, or fewer large ones."""
        body = search_body(parameters, position, timeout_s=self._timeout_s)
        most_bytes = self._page_bytes if parameters.limit > 1 else None
        try:
            answer = await self._engine.search(body, most_bytes=most_bytes)
        except AnswerTooLarge as answered:
            # Half of what would fit were they all alike, so that seldom more than one is in vain.
            fitting = parameters.limit * self._page_bytes // answered.size // 2
            return await self._find(replace(parameters, limit=max(1, fitting)), position)
        found = read_page(answer, parameters, forgiving=position.forgiving)
        require_whole(found.timed_out)
        return found
