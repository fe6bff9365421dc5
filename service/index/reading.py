"""Users as the index holds them, for a comparison with the directory: by id, and all of them.

Through the writers' alias: tombstones are read too, and while readers are moved to a new index this
one is the truth. Answers are parsed as exactly as events are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import orjson
from opensearchpy.exceptions import NotFoundError, OpenSearchException

from service.events.json_text import parse
from service.events.json_value import JsonValue
from service.events.timestamp import format_us
from service.index.aliases import IS_TOMBSTONE
from service.index.http import HttpConnection
from service.index.names import IndexNames
from service.index.reason import NO_INDEX
from service.index.unexpected import NoResult, expecting_opensearch

# What is looked at, and no more.
_DOCUMENTS: Final = "docs._id,docs.found,docs._source,docs.error.type"
_STANDING: Final = "event,deleted_at"
_IDS: Final = "hits.hits._id,hits.hits.sort,timed_out"

Documents = Mapping[str, Mapping[str, JsonValue]]
"""By user id; a user that isn't there has none."""


class UserPage(NamedTuple):
    """ids: of users. following: what to ask for the next page with; empty when this is the last."""

    ids: list[str]
    following: Sequence[JsonValue]


class UserReader:
    """Every method raises opensearch-py's exceptions, for an answer that isn't OpenSearch's too.

    page: how many users users_before gives at once; 10,000 is the most of one search.
    """

    def __init__(
        self, connection: HttpConnection, names: IndexNames, *, page: int = 10_000
    ) -> None:
        self._connection = connection
        self._page = page
        alias = quote(names.writers, safe="")
        self._refresh_path = f"/{alias}/_refresh"
        self._mget_path = f"/{alias}/_mget"
        self._search_path = f"/{alias}/_search"

    async def refresh(self) -> None:
        """What is written already will be found by what is asked from now on."""
        await self._ask(self._refresh_path, None, {})

    @expecting_opensearch
    async def documents(self, user_ids: Sequence[str], *, whole: bool = True) -> Documents:
        """As they are now, tombstones included, not waiting for a refresh.

        whole: False leaves out all but when it happened, and whether the user was deleted.
        """
        params = {"filter_path": _DOCUMENTS}
        if not whole:
            params["_source_includes"] = _STANDING
        answer = await self._ask(self._mget_path, {"ids": list(user_ids)}, params)
        found: dict[str, Mapping[str, JsonValue]] = {}
        for document in answer["docs"]:
            if "error" in document:
                raise _failure(document["error"]["type"])
            if document["found"]:
                found[document["_id"]] = document.get("_source", {})
        return found

    @expecting_opensearch
    async def users_before(
        self, instant_us: int, after: Sequence[JsonValue] = (), *, latest_us: int
    ) -> UserPage:
        """Users whose state is from before an instant (µs), the first of them, or those after.

        latest_us: a state from after that counts as from before, as one without a time does. As of
        the last refresh; tombstones are no users.
        """
        since = {"gte": format_us(instant_us), "lte": format_us(latest_us)}
        body: dict[str, Any] = {
            "query": {"bool": {"must_not": [IS_TOMBSTONE, {"range": {"event.time": since}}]}},
            # An id never changes: whatever is written meanwhile, nobody is passed over. Somebody
            # else's documents may have none, which no search can go on after, or one in common.
            "sort": [{"user_id": {"order": "asc", "missing": ""}}, {"_seq_no": "asc"}],
            "size": self._page,
            "_source": False,
            "track_total_hits": False,
        }
        if after:
            body["search_after"] = after
        params = {"filter_path": _IDS, "allow_partial_search_results": "false"}
        answer = await self._ask(self._search_path, body, params)
        if answer["timed_out"]:
            raise NoResult("cut a search short: it is too busy")
        hits = answer.get("hits", {}).get("hits", [])  # filter_path leaves out what is empty
        following = hits[-1]["sort"] if len(hits) == self._page else []
        return UserPage([hit["_id"] for hit in hits], following)

    async def _ask(
        self, path: str, body: Mapping[str, Any] | None, params: Mapping[str, str]
    ) -> Any:
        _, _, answer = await self._connection.perform_request(
            "POST",
            path,
            params,
            None if body is None else orjson.dumps(body),
            headers={"content-type": "application/json"},
        )
        return parse(answer)


def _failure(kind: str) -> OpenSearchException:
    """Of one document that was asked for among others, for a reason of this kind."""
    if kind == NO_INDEX:
        return NotFoundError(404, kind, {})
    return NoResult(f"can't read a document ({kind:.100})")
