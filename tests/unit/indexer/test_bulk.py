"""What is asked and told around a `_bulk`.

Before deletions are sent, the writers' alias is looked for, and no other index with it.
"""

import ssl
from typing import Any, cast

import pytest
from aiohttp import ClientConnectorCertificateError
from aiohttp.client_reqrep import ConnectionKey
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import SSLError

from service.documents.document import Document
from service.indexer.bulk import BulkWriter, ClusterUnavailable
from service.indexer.in_flight import InFlight


class Indices:
    """The part of the client that is asked; the role may look at the service's own names alone."""

    def __init__(self, found: bool) -> None:
        self._found = found
        self.asked: list[dict[str, Any]] = []

    async def exists_alias(self, **named: Any) -> bool:
        """Whether it is there."""
        self.asked.append(named)
        return self._found


async def test_a_certificate_that_is_not_trusted_is_told_as_that() -> None:
    class Transport:
        async def perform_request(self, *_: Any, **__: Any) -> Any:
            certificate = ssl.SSLCertVerificationError(1, "certificate has expired")
            fault = ClientConnectorCertificateError(cast(ConnectionKey, None), certificate)
            raise SSLError("N/A", "certificate verify failed", fault)

    client = cast(AsyncOpenSearch, type("Client", (), {"transport": Transport()})())
    writer = BulkWriter(client, "users-write", InFlight(1), shard_wait_s=1)
    with pytest.raises(ClusterUnavailable) as caught:
        await writer.send([Document(id="auth0|1", version=1, source=b"{}")])
    assert caught.value.code == "untrusted_certificate"
    assert "expired" in caught.value.reason


async def test_the_alias_is_asked_for_where_the_role_may_look() -> None:
    indices = Indices(found=False)
    client = cast(AsyncOpenSearch, type("Client", (), {"indices": indices})())
    writer = BulkWriter(client, "users-write", InFlight(1), shard_wait_s=1)
    with pytest.raises(ClusterUnavailable) as caught:
        await writer.send([Document(id="auth0|1", version=1, source=None)])
    assert caught.value.code == "alias_missing"
    assert indices.asked == [{"index": "users-write", "name": "users-write"}]
