"""What an operator does about an OpenSearch that refuses: in the same words wherever it is told."""

from collections.abc import Mapping
from typing import Any, Final

from opensearchpy.exceptions import AuthenticationException, AuthorizationException, SSLError

from service.index.reason import SECURITY, distrust, is_block, reason_in

CREDENTIALS: Final = "check USER_SYNC_OPENSEARCH_USERNAME and USER_SYNC_OPENSEARCH_PASSWORD"
ROLE: Final = "give the OpenSearch user the role that the README lists"
RUNS: Final = "check that OpenSearch runs and that USER_SYNC_OPENSEARCH_URL points at it"
LIFT: Final = "lift the block when whoever set it is done"
DISCARD: Final = "if none is running, a killed one left it: run user-sync rebuild --discard"
LOG: Final = "see OpenSearch's own log; events wait in the journal and are retried"
CERTIFICATE: Final = (
    "renew it where it is over; else set USER_SYNC_OPENSEARCH_CA_FILE to the authority that signed "
    "it, and USER_SYNC_OPENSEARCH_URL to a name that it holds for"
)
NO_TLS: Final = "does it speak plain http? Then USER_SYNC_OPENSEARCH_URL has to begin with http://"


def advice_on(error: BaseException) -> str:
    """About a refusal that tells by itself what is to be done; empty for whatever else it is."""
    if is_block(error):
        return LIFT
    if isinstance(error, AuthorizationException):
        return ROLE
    if isinstance(error, SSLError):
        return CERTIFICATE if distrust(error) else NO_TLS
    return CREDENTIALS if isinstance(error, AuthenticationException) else ""


def with_advice(cause: Mapping[str, Any]) -> str:
    """What a task or a shard failed for, and what to do where the role lacks something."""
    reason = reason_in(cause)
    return f"{reason}: {ROLE}" if cause.get("type") == SECURITY else reason
