"""The HTTP side of opensearch-py on aiohttp: one pool of connections to one cluster.

In place of opensearch-py's own class, which logs addresses that hold user ids, and bodies, warns on
newer Pythons, and decodes every answer to text first. Here nothing is logged but the engine's
deprecation notes; every failure is one of opensearch-py's exceptions.

Of a cluster's addresses one is used until it fails; then the next. Only a request that no node has
seen goes on to the next by itself: what may have been carried out is the caller's to repeat.
"""

import io
import logging
import re
import ssl
import string
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from opensearchpy import AsyncConnection
from opensearchpy.exceptions import (
    HTTP_EXCEPTIONS,
    ConnectionTimeout,
    SSLError,
    TransportError,
)
from opensearchpy.exceptions import (
    ConnectionError as OpenSearchConnectionError,
)
from yarl import URL

from service.index.unexpected import UnexpectedAnswer

log = logging.getLogger(__name__)

# aiohttp writes a larger body given as bytes in one go, and warns of it.
_LARGE_BODY: Final = 1 << 20
_LONGEST_EXTRACT: Final = 200
_LONGEST_HEAD: Final = 4096
_TITLE: Final = re.compile(r"<title[^>]*>([^<]+)", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>?")
_MOST_NOTES: Final = 100

# No node was reached: nothing was sent.
_UNSEEN: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
# Of a node that has lost its cluster, or a proxy that has lost its node.
_ELSEWHERE_PERHAPS: Final = (502, 503, 504)

# A proxy may leave the length of a page of large profiles out.
_LONGEST_UNTOLD: Final = 128 * 1024 * 1024


class AnswerTooLarge(Exception):
    """Nothing of it was read. size: bytes of the answer's body."""

    def __init__(self, size: int) -> None:
        super().__init__(f"an answer of {size:,} bytes")
        self.size = size


class HttpConnection(AsyncConnection):
    """Sends requests. Options are what `connect` passes; others are an error.

    bases: the cluster's addresses, one at least.
    """

    def __init__(
        self,
        *,
        bases: Sequence[URL],
        authorization: str | None,
        ssl_context: ssl.SSLContext | None,
        timeout_s: float,
        connect_timeout_s: float,
        pool_size: int,
        **_given_by_transport: object,
    ) -> None:
        super().__init__(
            host=bases[0].host or "",
            port=bases[0].port,
            use_ssl=bases[0].scheme == "https",
            headers={} if authorization is None else {"authorization": authorization},
        )
        self._bases = bases
        self._in_use = 0
        self._ssl_context = ssl_context
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._pool_size = pool_size
        self._session: aiohttp.ClientSession | None = None
        self._notes: set[str] = set()

    async def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - opensearch-py's signature
        ignore: Collection[int] = (),
        headers: Mapping[str, str] | None = None,
        *,
        most_bytes: int | None = None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and raw body of an answer in the 200s, or of a status in `ignore`.

        timeout: seconds for the whole request. Raises TransportError by status, ConnectionTimeout,
        SSLError, opensearch-py's ConnectionError when there is no answer, or UnexpectedAnswer when
        it has no end; AnswerTooLarge when it is larger than most_bytes.
        """
        for untried in reversed(range(len(self._bases))):
            place = self._in_use
            try:
                response, answer = await self._exchange(
                    method,
                    target_of(self._bases[place], url, params),
                    body,
                    {**self.headers, **(headers or {})},
                    timeout or self._timeout_s,
                    most_bytes,
                )
            except (aiohttp.ClientError, OSError) as error:
                self._turn_from(place)
                if not untried or not isinstance(error, _UNSEEN):
                    raise _no_answer(error) from error
            else:
                break
        for note in response.headers.getall("warning", ()):
            self._take_note(note)
        if response.status in _ELSEWHERE_PERHAPS:
            self._turn_from(place)
        if not 200 <= response.status < 300 and response.status not in ignore:
            raise _error(response.status, answer)
        return response.status, response.headers, answer

    async def _exchange(
        self,
        method: str,
        target: URL,
        body: bytes | None,
        headers: Mapping[str, str],
        total_s: float,
        most_bytes: int | None,
    ) -> tuple[aiohttp.ClientResponse, bytes]:
        session = self._session or self._open()
        large = body is not None and len(body) > _LARGE_BODY
        async with session.request(
            method,
            target,
            data=io.BytesIO(body) if large and body is not None else body,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=total_s, sock_connect=self._connect_timeout_s),
            allow_redirects=False,
        ) as response:
            size = response.content_length or 0
            if most_bytes is not None and size > most_bytes:
                response.close()
                raise AnswerTooLarge(size)
            return response, await _whole(response)

    def _turn_from(self, place: int) -> None:
        """The next address is used, unless another request has turned from this one already."""
        if self._in_use == place:
            self._in_use = (place + 1) % len(self._bases)

    async def close(self) -> None:
        """Close the pool; a later request opens it anew."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        """Within the running loop: aiohttp binds a session to it."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._pool_size, ssl=self._ssl_context or True),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("accept-encoding",),
        )
        return self._session

    def _take_note(self, note: str) -> None:
        """The engine's deprecation notes, each once: they speak of requests, not of documents."""
        if note in self._notes or len(self._notes) >= _MOST_NOTES:
            return
        self._notes.add(note)
        log.warning(
            "OpenSearch notes: %s", note[:_LONGEST_EXTRACT], extra={"action": "opensearch_note"}
        )


def target_of(base: URL, path: str, params: Mapping[str, Any] | None) -> URL:
    """The address of a path below `base`.

    It is percent-encoded already but for an index's letters, and not to be normalised: a user_id
    may be `..`.
    """
    return URL.build(
        scheme=base.scheme,
        authority=base.raw_authority,
        path=base.raw_path.rstrip("/") + quote(path, safe=string.printable),
        query_string=urlencode(_texts(params)) if params else "",
        encoded=True,
    )


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """The body. OpenSearch says how long it is; what doesn't may have no end."""
    if response.content_length is not None:
        return await response.read()
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _LONGEST_UNTOLD:
            raise UnexpectedAnswer(f"an answer is longer than {_LONGEST_UNTOLD:,} bytes")
    return bytes(body)


def _texts(params: Mapping[str, Any]) -> dict[str, str | bytes]:
    """Values as OpenSearch reads them; opensearch-py hands some over as bytes."""
    return {
        name: value
        if isinstance(value, bytes)
        else (str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in params.items()
    }


def _extract(answer: bytes) -> str:
    """The beginning of a text; a page's title, or else its own words."""
    text = answer[:_LONGEST_HEAD].decode("utf-8", "replace").strip()
    if text.startswith("<"):
        title = _TITLE.search(text)
        text = " ".join((title[1] if title else _TAG.sub(" ", text)).split())
    return text[:_LONGEST_EXTRACT]


def _no_answer(error: Exception) -> TransportError:
    """The exception for an answer that didn't come."""
    if isinstance(error, TimeoutError):
        return ConnectionTimeout("TIMEOUT", str(error), error)
    if isinstance(error, aiohttp.ClientSSLError):
        return SSLError("N/A", str(error), error)
    return OpenSearchConnectionError("N/A", str(error), error)


def _error(status: int, answer: bytes) -> TransportError:
    """The exception for a status: (status, error type or text, parsed body or None)."""
    kind: Any = HTTP_EXCEPTIONS.get(status, TransportError)
    try:
        info = orjson.loads(answer)
    except ValueError:
        info = None
    if not isinstance(info, dict):  # not OpenSearch's: a proxy's page, say
        return cast(TransportError, kind(status, _extract(answer), None))
    error = info.get("error")
    if isinstance(error, dict):
        error = error.get("type")
    return cast(TransportError, kind(status, str(error or f"status {status}"), info))
