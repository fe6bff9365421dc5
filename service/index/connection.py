"""A connection to OpenSearch: opensearch-py's client on our HTTP, its own retries off.

One place retries, the indexer, and there tenacity does; a client that retried below it would hide
an outage and multiply its load. Certificates are always verified.
"""

import ssl
from base64 import b64encode
from pathlib import Path
from typing import Any

from opensearchpy import AsyncOpenSearch
from yarl import URL

from service.index.http import HttpConnection
from service.index.options import OpenSearchOptions
from service.index.serializer import OrjsonSerializer


class InvalidCaFile(ValueError):
    """The file of certificate authorities can't be used; the text says why."""


def connect(options: OpenSearchOptions) -> AsyncOpenSearch:
    """A client; no request is sent yet. Close it with `await client.close()`.

    Raises InvalidCaFile. Requests raise opensearch-py's exceptions.
    """
    return AsyncOpenSearch(
        hosts=[{}],  # hosts of its own would be re-parsed; HttpConnection has them as `bases`
        connection_class=HttpConnection,
        serializer=OrjsonSerializer(),
        max_retries=0,
        retry_on_status=(),
        retry_on_timeout=False,
        **_connection_arguments(options),
    )


def connect_for_bytes(options: OpenSearchOptions) -> HttpConnection:
    """What is below a client: for who wants answers as they came. Close it likewise.

    Raises InvalidCaFile.
    """
    return HttpConnection(**_connection_arguments(options))


def _connection_arguments(options: OpenSearchOptions) -> dict[str, Any]:
    urls = [URL(url) for url in options.urls]
    return {
        "bases": [url.with_user(None).with_query(None).with_fragment(None) for url in urls],
        "authorization": _authorization(options, urls[0]),
        "ssl_context": _ssl_context(options.ca_file) if urls[0].scheme == "https" else None,
        "timeout_s": options.timeout_seconds,
        "connect_timeout_s": options.connect_timeout_seconds,
        "pool_size": options.pool_size,
    }


def _authorization(options: OpenSearchOptions, url: URL) -> str | None:
    """The header of basic authentication."""
    if options.username is not None and options.password is not None:
        pair = f"{options.username}:{options.password}"
    elif url.user is not None:
        pair = f"{url.user}:{url.password or ''}"
    else:
        return None
    return f"Basic {b64encode(pair.encode()).decode()}"


def _ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidCaFile(
            f"the CA file {ca_file} can't be used ({error.strerror or error}): it has to be a "
            "readable PEM file with the certificates of the authorities to trust"
        ) from error
