"""Reads from OpenSearch, each within its time; what goes wrong is one of two problems.

Answers are passed on as bytes: documents are not taken apart where nobody looks into them.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    OpenSearchException,
    TransportError,
)

from service.clock import steady_us
from service.doors.problems import Problem, ProblemType, try_again
from service.index.advice import CREDENTIALS, ROLE
from service.index.http import HttpConnection
from service.index.names import IndexNames
from service.index.reason import CLOSED, is_block, named
from service.observability.throttle import Throttle
from service.search.options import SearchOptions

log = logging.getLogger(__name__)

# No partial result passes for a whole one; an alias to an index of somebody else's has none.
_SEARCH: Final = {"allow_partial_search_results": "false"}
_KEEP_ALIVE: Final = "2m"


class Engine:
    """Searches through the readers' alias; every method raises Problem alone, where no other
    exception is named."""

    def __init__(
        self, connection: HttpConnection, names: IndexNames, options: SearchOptions
    ) -> None:
        self._connection = connection
        self._options = options
        alias = quote(names.readers, safe="")
        self._search_path = f"/{alias}/_search"
        self._mget_path = f"/{alias}/_mget"
        self._pit_path = f"/{alias}/_search/point_in_time"
        self._throttle = Throttle(steady_us)

    async def search(self, body: Mapping[str, Any], *, most_bytes: int | None = None) -> bytes:
        """The answer of a search that found everything it should have looked at.

        Raises AnswerTooLarge when it is larger than most_bytes.
        """
        return await self._ask("POST", self._search_path, body, _SEARCH, most_bytes=most_bytes)

    async def documents(
        self, user_ids: list[str], fields: tuple[str, ...], *, most_bytes: int | None = None
    ) -> bytes:
        """Reads by id, not waiting for a refresh; one that fails is an error in the answer.

        Raises AnswerTooLarge when that is larger than most_bytes.
        """
        body: dict[str, Any] = {"ids": user_ids}
        if fields:  # in the body, for a URL is refused from 4,096 bytes on
            source = [*fields, "deleted_at"]
            body = {"docs": [{"_id": user_id, "_source": source} for user_id in user_ids]}
        return await self._ask("POST", self._mget_path, body, {}, most_bytes=most_bytes)

    async def open_point_in_time(self) -> str:
        """Its id. Close it."""
        answer = await self._ask(
            "POST",
            self._pit_path,
            None,
            {"keep_alive": _KEEP_ALIVE, "allow_partial_pit_creation": "false"},
        )
        return str(orjson.loads(answer)["pit_id"])

    async def search_point_in_time(self, body: Mapping[str, Any], pit: str) -> bytes:
        """A search of what was there when it was opened."""
        return await self._ask(
            "POST",
            "/_search",
            {**body, "pit": {"id": pit, "keep_alive": _KEEP_ALIVE}},
            _SEARCH,
            timeout_s=self._options.export_timeout_s,
        )

    async def close_point_in_time(self, pit: str) -> None:
        """OpenSearch closes it by itself some minutes later, should this fail."""
        try:
            await self._ask("DELETE", "/_search/point_in_time", {"pit_id": [pit]}, {})
        except Problem:
            log.warning("a point in time stays open until it expires", extra={"action": "pit_left"})

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str],
        *,
        timeout_s: float | None = None,
        most_bytes: int | None = None,
    ) -> bytes:
        try:
            _, _, answer = await self._connection.perform_request(
                method,
                path,
                params,
                None if body is None else orjson.dumps(body),
                timeout=timeout_s or self._options.request_timeout_s,
                headers={"content-type": "application/json"},
                most_bytes=most_bytes,
            )
        except ConnectionTimeout:
            raise self._slow() from None
        except OpenSearchException as error:
            raise self._problem(error) from None
        return answer

    def unavailable(self, reason: str, advice: str = "") -> Problem:
        """What is told when OpenSearch doesn't answer as it should; logged. reason: its word."""
        told = f"OpenSearch can't be searched ({reason[:100]})"
        self._say("unavailable", f"{told}: {advice}" if advice else told)
        return try_again(ProblemType.ENGINE_UNAVAILABLE)

    def _problem(self, error: OpenSearchException) -> Problem:
        if not isinstance(error, TransportError) or not isinstance(error.status_code, int):
            return self.unavailable("no_answer")
        reason = str(error.error)
        if error.status_code == 400 and reason != CLOSED:  # we made the query: it is our fault
            log.error(
                "OpenSearch refused a search (%s)", reason, extra={"action": "search_refused"}
            )
            return Problem(ProblemType.INTERNAL)
        # Of a query that is ours, and a user that isn't a directory's: no personal data.
        if isinstance(error, AuthenticationException):
            return self.unavailable(named(error), CREDENTIALS)
        if isinstance(error, AuthorizationException) and not is_block(error):
            return self.unavailable(named(error), ROLE)
        if _is_time_out(error.info):
            return self._slow()
        return self.unavailable(reason)

    def _slow(self) -> Problem:
        self._say("slow", "OpenSearch took too long to search")
        return try_again(ProblemType.ENGINE_SLOW)

    def _say(self, kind: str, message: str) -> None:
        if times := self._throttle.due(kind):
            log.warning(message, extra={"action": f"search_{kind}", "times": times})


def require_whole(timed_out: bool) -> None:
    """Raises Problem when a search was cut short: what it found is not all there is."""
    if timed_out:
        raise try_again(ProblemType.ENGINE_SLOW)


def _is_time_out(info: Any) -> bool:
    return isinstance(info, dict) and b"Time exceeded" in orjson.dumps(info.get("error"))
