"""What commands read of the index, with every fault of the cluster in plain words.

Counts and searches go through the readers' alias, as everybody's do. Only the look for a tombstone,
which readers must not see, goes through the writers' alias.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    OpenSearchException,
    SSLError,
    TransportError,
)

from service.index.advice import CERTIFICATE, NO_TLS
from service.index.aliases import IS_TOMBSTONE, behind
from service.index.bootstrap import find_indices
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.reason import CLOSED, distrust, is_block, is_no_index, reason_of
from service.index.unexpected import NoResult, counted, expecting_opensearch
from service.settings import Settings
from service.wiring.stage_options import index_names, opensearch_options

_T = TypeVar("_T")

# No partial result passes for a whole one.
_SEARCH = "_search?allow_partial_search_results=false"


class IndexUnreadable(Exception):
    """The index can't be read. Its text says why and what to do, on one line."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Documents: users that readers see, tombstones that they don't. filled: the index that a
    rebuild fills, or has left when it was killed."""

    users: int
    tombstones: int
    filled: str | None = None


class IndexView:
    """Reads one index."""

    def __init__(self, client: AsyncOpenSearch, names: IndexNames, url: str) -> None:
        self._client = client
        self._names = names
        self._url = url

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> "AsyncIterator[IndexView]":
        """A view with a connection of its own."""
        client = connect(opensearch_options(settings))
        try:
            yield cls(client, index_names(settings), settings.opensearch.url)
        finally:
            await client.close()

    async def counts(self) -> Counts:
        """How many users and tombstones there are. Raises IndexUnreadable."""
        users = await self._ask(counted, f"/{self._names.readers}/_count", None)
        tombstones = await self._ask(
            counted, f"/{self._names.writers}/_count", {"query": IS_TOMBSTONE}
        )
        return Counts(users, tombstones, await self._filled())

    async def event_of(self, user_id: str) -> str | None:
        """The id of the event behind what a search finds of a user; None when it finds nobody.

        Raises IndexUnreadable.
        """
        query = {"query": {"term": {"user_id": user_id}}, "_source": ["event.id"], "size": 1}
        return await self._ask(_first_event, f"/{self._names.readers}/{_SEARCH}", query)

    async def tombstone_of(self, user_id: str) -> str | None:
        """The id of the event behind a user's tombstone; None when there is none.

        Raises IndexUnreadable.
        """
        query = {
            "query": {"bool": {"filter": [{"term": {"user_id": user_id}}, IS_TOMBSTONE]}},
            "_source": ["event.id"],
            "size": 1,
        }
        return await self._ask(_first_event, f"/{self._names.writers}/{_SEARCH}", query)

    async def _filled(self) -> str | None:
        try:
            indices = await find_indices(self._client, self._names)
        except OpenSearchException:  # the counts are worth more than this
            return None
        return next(iter(behind(self._names.next, indices)), None)

    async def _ask(self, read: Callable[[Any], _T], path: str, body: object) -> _T:
        @expecting_opensearch
        async def answer() -> _T:
            return read(await self._client.transport.perform_request("POST", path, body=body))

        try:
            return await answer()
        except OpenSearchException as error:
            raise IndexUnreadable(explain(error, self._url, self._names.readers)) from None


def _first_event(answer: Any) -> str | None:
    hits = answer["hits"]["hits"]
    return str(hits[0]["_source"]["event"]["id"]) if hits else None


def explain(error: OpenSearchException, url: str, alias: str) -> str:
    """Why OpenSearch didn't do what it was asked, and what to do about it."""
    match error:
        case AuthenticationException():
            why = (
                "refuses the credentials (401): set USER_SYNC_OPENSEARCH_USERNAME and "
                "USER_SYNC_OPENSEARCH_PASSWORD"
            )
        case AuthorizationException() if is_block(error):
            why = f"has a block (403): {reason_of(error)}; lift it when its cause is gone"
        case AuthorizationException():
            why = f"says the user may not (403): {reason_of(error)}; the README lists its role"
        case _ if is_no_index(error):
            why = (
                f"has no index behind the alias {alias}: run user-sync bootstrap, or serve, which "
                "does it too"
            )
        case SSLError() if reason := distrust(error):
            why = f"shows a certificate that can't be verified ({reason}): {CERTIFICATE}"
        case SSLError():
            why = f"and we can't agree on TLS ({error.error}): {NO_TLS}"
        case ConnectionTimeout():
            why = "did not answer within USER_SYNC_OPENSEARCH_TIMEOUT"
        case TransportError() if isinstance(error.status_code, int):
            why = _answered(error, alias)
        case TransportError():
            why = f"can't be reached; is USER_SYNC_OPENSEARCH_URL right? ({error.error})"
        case _:
            strange = "gives an answer that isn't OpenSearch's"
            why = str(error) if isinstance(error, NoResult) else strange
    return f"OpenSearch at {url} {why}"


def _answered(error: TransportError, alias: str) -> str:
    if error.error == CLOSED:
        return f"has the index behind {alias} closed: open it with POST /{alias}/_open"
    status = int(error.status_code)
    # Another program's page isn't worth quoting.
    if error.info is None and status < 500 and status != 429:
        return f"answers {status}, and not as OpenSearch does: check USER_SYNC_OPENSEARCH_URL"
    return f"answers {status}: {reason_of(error)}"
