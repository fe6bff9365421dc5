"""Why OpenSearch refused, in its own words."""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from opensearchpy.exceptions import (
    AuthorizationException,
    NotFoundError,
    OpenSearchException,
    SSLError,
    TransportError,
)

BLOCK: Final = "cluster_block_exception"
"""OpenSearch's error type of a 403 that is about no role: a block on the index or the cluster."""

CLOSED: Final = "index_closed_exception"
"""OpenSearch's error type of a 400 that is about no request: somebody has closed the index."""

SECURITY: Final = "security_exception"
"""OpenSearch's error type of what the role lacks, found out within a request that was let in."""

NO_INDEX: Final = "index_not_found_exception"
"""OpenSearch's error type of a 404 about an index or alias; any program answers 404 to the rest."""

_LONGEST: Final = 300


def is_block(error: BaseException) -> bool:
    """Whether a request was refused for a block, as a whole or in what it was to do."""
    if not isinstance(error, AuthorizationException):
        return False
    return BLOCK in (error.error, _cause(error).get("type"))


def is_no_index(error: BaseException) -> bool:
    """Whether the index that was asked isn't there, or its alias."""
    return isinstance(error, NotFoundError) and error.error == NO_INDEX


def is_passing(error: BaseException) -> bool:
    """Whether the same request may succeed soon: no answer, or too much to do."""
    if not isinstance(error, OpenSearchException):
        return False
    status = error.status_code if isinstance(error, TransportError) else None
    return not isinstance(status, int) or status == 429 or status >= 500


def reason_of(error: TransportError) -> str:
    """The reason in the answer's body, else the error's name; at most 300 characters."""
    return str(_cause(error).get("reason") or error.error)[:_LONGEST]


def reason_in(cause: Mapping[str, Any]) -> str:
    """What a task or a shard failed for; at most 300 characters."""
    return str(cause.get("reason") or cause.get("type") or cause)[:_LONGEST]


def distrust(error: SSLError) -> str:
    """Why the certificate can't be verified, for people; empty when TLS failed otherwise."""
    if not isinstance(error.info, aiohttp.ClientConnectorCertificateError):
        return ""
    cause = error.info.certificate_error
    return str(getattr(cause, "verify_message", "") or cause)


def named(error: BaseException | None) -> str:
    """An answer's status and reason; a certificate's fault; of anything else the kind."""
    if isinstance(error, SSLError) and (fault := distrust(error)):
        return f"the certificate can't be verified: {fault}"
    if isinstance(error, TransportError) and isinstance(error.status_code, int):
        return f"{error.status_code}: {reason_of(error)}"
    return type(error).__name__


def _cause(error: TransportError) -> Mapping[str, Any]:
    info = error.info if isinstance(error.info, Mapping) else {}
    own, failures = info.get("error"), info.get("failures")
    if isinstance(own, Mapping):
        return own
    # Deleting by query tells of single documents. Reasons can quote their ids; a block's doesn't.
    for failure in failures if isinstance(failures, list) else ():
        cause = failure.get("cause") if isinstance(failure, Mapping) else None
        if isinstance(cause, Mapping) and cause.get("type") == BLOCK:
            return cause
    return {}
