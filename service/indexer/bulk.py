"""The one place that writes documents: `_bulk` with external versions, through the writers' alias.

`version_type=external` makes OpenSearch reject whatever isn't newer than what it holds, so that a
request can be sent again after any doubt.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException, SSLError, TransportError

from service.documents.document import Document
from service.index.reason import BLOCK, distrust, is_block, reason_of
from service.indexer.answers import UnreadableAnswer, Verdict, Whole, judge_item, judge_request
from service.indexer.in_flight import InFlight

# Only what the verdict needs: a full answer is as long as the documents were.
_FILTER = "items.*.status,items.*.error.type,items.*.error.reason"
_PARAMS: Mapping[str, str] = {"require_alias": "true", "filter_path": _FILTER}
_HEADERS: Mapping[str, str] = {"content-type": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One verdict for each document, in the order sent; seconds the request took."""

    verdicts: list[Verdict]
    seconds: float


@dataclass(frozen=True, slots=True)
class TooMuch:
    """The request was refused for something in it: send it in halves. reason: for people."""

    code: str
    reason: str


class ClusterUnavailable(Exception):
    """No usable answer: credentials, the cluster's state, or the network. Send again.

    code: stable, e.g. `no_answer`, `status_503`. reason: OpenSearch's or the network's words.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


def lines(documents: Sequence[Document]) -> bytes:
    """The NDJSON body of a `_bulk` request: an action, and its source unless it is a delete."""
    parts: list[bytes] = []
    for document in documents:
        # Written out: to build and dump a dict for each line costs ten times as much.
        meta = b'{"_id":%b,"version":%d,"version_type":"external"}' % (
            orjson.dumps(document.id),
            document.version,
        )
        if document.source is None:
            parts.append(b'{"delete":%b}' % meta)
        else:
            parts.append(b'{"index":%b}\n%b' % (meta, document.source))
    parts.append(b"")
    return b"\n".join(parts)


class BulkWriter:
    """Sends documents to one alias.

    alias: the writers' alias; it has to exist, nothing is ever created by a write. in_flight: who
    sends takes a turn there. shard_wait_s: how long OpenSearch waits for a shard that isn't there
    before it refuses an item.
    """

    def __init__(
        self, client: AsyncOpenSearch, alias: str, in_flight: InFlight, *, shard_wait_s: float
    ) -> None:
        self.in_flight = in_flight
        self._client = client
        self._alias = alias
        # Not among the client's parameters: it would take `timeout` for its own.
        query = urlencode({**_PARAMS, "timeout": f"{shard_wait_s * 1000:.0f}ms"})
        self._path = f"/{alias}/_bulk?{query}"

    async def send(
        self, documents: Sequence[Document], *, refresh: bool = False
    ) -> Answered | TooMuch:
        """Write documents (at least one) in one request. Raises ClusterUnavailable.

        refresh: the answer comes when they are searchable.
        """
        if any(document.source is None for document in documents):
            await self._require_alias()
        body = lines(documents)
        path = f"{self._path}&refresh=true" if refresh else self._path
        started = time.perf_counter()
        try:
            answer = await self._client.transport.perform_request(
                "POST", path, body=body, headers=dict(_HEADERS)
            )
        except TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else None
            if judge_request(status, error.info) is Whole.HALVE:
                return TooMuch(f"request_{status}", reason_of(error))
            raise _unavailable(status, error) from error
        except OpenSearchException as error:
            raise ClusterUnavailable("unreadable_answer", type(error).__name__) from error
        seconds = time.perf_counter() - started
        return Answered(_verdicts(answer, len(documents)), seconds)

    async def _require_alias(self) -> None:
        """A versioned *delete* would create an index of the alias's name, require_alias or not."""
        try:
            found = await self._client.indices.exists_alias(index=self._alias, name=self._alias)
        except TransportError as error:
            status = error.status_code if isinstance(error.status_code, int) else None
            raise _unavailable(status, error) from error
        if not found:
            raise ClusterUnavailable("alias_missing", f"the alias {self._alias} does not exist")


def _verdicts(answer: Any, expected: int) -> list[Verdict]:
    items = answer.get("items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list) or len(items) != expected:
        raise ClusterUnavailable("unreadable_answer", "the bulk answer lacks items")
    try:
        return [judge_item(item) for item in items]
    except UnreadableAnswer as error:
        raise ClusterUnavailable("unreadable_answer", str(error)) from error


def _unavailable(status: int | None, error: TransportError) -> ClusterUnavailable:
    if isinstance(error, SSLError) and (fault := distrust(error)):
        return ClusterUnavailable("untrusted_certificate", fault)
    code = "no_answer" if status is None else f"status_{status}"
    if is_block(error):
        code = BLOCK
    return ClusterUnavailable(code, reason_of(error))
