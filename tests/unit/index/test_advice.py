"""What is to be done about a refusal, where the refusal itself tells."""

from unittest.mock import Mock

import pytest
from aiohttp import ClientConnectorCertificateError
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    SSLError,
    TransportError,
)

from service.index.advice import (
    CERTIFICATE,
    CREDENTIALS,
    LIFT,
    NO_TLS,
    ROLE,
    advice_on,
    with_advice,
)

UNVERIFIED = ClientConnectorCertificateError(Mock(), Exception("self-signed"))


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (AuthenticationException(401, "Unauthorized", {}), CREDENTIALS),
        (AuthorizationException(403, "security_exception", {}), ROLE),
        (AuthorizationException(403, "cluster_block_exception", {}), LIFT),
        (SSLError("N/A", "verify failed", UNVERIFIED), CERTIFICATE),
        (SSLError("N/A", "wrong version number", OSError()), NO_TLS),
        (TransportError(503, "unavailable", {}), ""),
        (OSError(), ""),
    ],
)
def test_advice_is_of_the_refusal(error: Exception, advice: str) -> None:
    assert advice_on(error) == advice


def test_what_the_role_lacks_comes_with_what_to_do() -> None:
    refused = {"type": "security_exception", "reason": "no permissions for [indices:x]"}
    assert with_advice(refused) == f"no permissions for [indices:x]: {ROLE}"
    assert with_advice({"type": "other", "reason": "full"}) == "full"
    assert with_advice({"type": "other"}) == "other"
