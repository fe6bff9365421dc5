"""The client as it is configured: our HTTP, no retries below ours, certificates verified."""

import ssl
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from service.index.connection import InvalidCaFile, connect
from service.index.http import HttpConnection
from service.index.options import OpenSearchOptions


def given(**options: Any) -> dict[str, Any]:
    """What a connection of the client is made with."""
    arguments: dict[str, Any] = connect(OpenSearchOptions(**options)).transport.kwargs
    return arguments


def test_opensearch_py_does_not_retry() -> None:
    transport = connect(OpenSearchOptions()).transport
    assert transport.max_retries == 0
    assert transport.retry_on_status == ()
    assert transport.retry_on_timeout is False
    assert transport.connection_class is HttpConnection


def test_the_password_is_in_no_representation() -> None:
    assert "hush" not in repr(OpenSearchOptions(username="u", password="hush"))


def test_credentials_are_taken_from_the_options_or_the_url() -> None:
    given_apart = given(url="https://a:b%40@host", username="u", password="päss")
    assert given_apart["authorization"] == _basic("u:päss")
    assert given(url="https://a:b%40@host")["authorization"] == _basic("a:b@")
    assert given()["authorization"] is None


def _basic(pair: str) -> str:
    return f"Basic {b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://host:9200", "http://host:9200"),
        ("https://host/prefix/", "https://host/prefix/"),
        ("https://u:p@host:9200/?x=1#y", "https://host:9200/"),
        ("http://[::1]:9200", "http://[::1]:9200"),
    ],
)
def test_the_address(url: str, base: str) -> None:
    assert given(url=url)["bases"] == [URL(base)]


def test_several_addresses_are_separated_by_commas() -> None:
    bases = [URL("http://one:9200"), URL("http://two:9200/prefix")]
    assert given(url="http://one:9200,http://two:9200/prefix")["bases"] == bases


def test_certificates_are_verified_always() -> None:
    context = given(url="https://host")["ssl_context"]
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert given(url="http://host")["ssl_context"] is None


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_unusable_ca_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidCaFile, match=r"ca\.pem can't be used"):
        connect(OpenSearchOptions(url="https://host", ca_file=path))
