"""Every fault of the cluster in words that say what to do."""

from unittest.mock import AsyncMock, Mock

import aiohttp
import pytest
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionError,  # noqa: A004
    ConnectionTimeout,
    NotFoundError,
    OpenSearchException,
    RequestError,
    SerializationError,
    SSLError,
    TransportError,
)

from service.commands.index_view import IndexUnreadable, IndexView, explain
from service.index.names import IndexNames
from service.index.unexpected import NoResult

UNVERIFIED = aiohttp.ClientConnectorCertificateError(Mock(), Exception("self-signed"))
URL = "https://search.example.com:9200"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AuthenticationException(401, "Unauthorized", {}), "USER_SYNC_OPENSEARCH_USERNAME"),
        (
            AuthorizationException(
                403, "security_exception", {"error": {"reason": "no permissions for x"}}
            ),
            "may not (403): no permissions for x",
        ),
        (NotFoundError(404, "index_not_found_exception", {}), "run user-sync bootstrap"),
        (NotFoundError(404, "<html>", None), "answers 404, and not as OpenSearch does"),
        (NotFoundError(404, '{"message": "no Route"}', {"message": "no Route"}), "no Route"),
        (TransportError(405, "<html>", None), "check USER_SYNC_OPENSEARCH_URL"),
        (TransportError(429, "slow down", None), "answers 429: slow down"),
        (TransportError(502, "bad gateway", None), "answers 502: bad gateway"),
        (SSLError("N/A", "verify failed", UNVERIFIED), "USER_SYNC_OPENSEARCH_CA_FILE"),
        (SSLError("N/A", "wrong version number", Exception()), "begin with http://"),
        (
            AuthorizationException(
                403, "cluster_block_exception", {"error": {"reason": "index read-only"}}
            ),
            "has a block (403): index read-only",
        ),
        (ConnectionTimeout("TIMEOUT", "…", Exception()), "USER_SYNC_OPENSEARCH_TIMEOUT"),
        (ConnectionError("N/A", "refused", Exception()), "can't be reached"),
        (TransportError(503, "unavailable", "plain text"), "answers 503: unavailable"),
        (
            TransportError(429, "x", {"error": {"reason": "too many requests"}}),
            "answers 429: too many requests",
        ),
        (
            RequestError(400, "index_closed_exception", {"error": {"reason": "closed"}}),
            "closed: open it with POST /auth0-users/_open",
        ),
        (SerializationError("<html>"), "isn't OpenSearch's"),
        (NoResult("can't read a document (x)"), "can't read a document (x)"),
    ],
)
def test_a_fault_names_the_cluster_and_the_remedy(error: OpenSearchException, said: str) -> None:
    text = explain(error, URL, "auth0-users")
    assert text.startswith(f"OpenSearch at {URL} ")
    assert said in text


@pytest.mark.parametrize("answer", [{}, [], None, "ok", {"count": None, "hits": []}])
async def test_something_else_that_answers_is_told(answer: object) -> None:
    client = Mock()
    client.transport.perform_request = AsyncMock(return_value=answer)
    view = IndexView(client, IndexNames("auth0-users"), URL)
    for asked in (view.counts(), view.event_of("auth0|1"), view.tombstone_of("auth0|1")):
        with pytest.raises(IndexUnreadable, match="isn't OpenSearch's"):
            await asked
