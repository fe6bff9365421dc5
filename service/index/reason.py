"""Why OpenSearch refused, in its own words."""

from typing import Final

from opensearchpy.exceptions import AuthorizationException, TransportError

BLOCK: Final = "cluster_block_exception"
"""OpenSearch's error type of a 403 that is about no role: a block on the index or the cluster."""

_LONGEST: Final = 300


def is_block(error: Exception) -> bool:
    """Whether a request was refused for a block, as a whole."""
    return isinstance(error, AuthorizationException) and error.error == BLOCK


def reason_of(error: TransportError) -> str:
    """The reason in the answer's body, else the error's name; at most 300 characters."""
    info = error.info
    if isinstance(info, dict) and isinstance(info.get("error"), dict):
        return str(info["error"].get("reason", error.error))[:_LONGEST]
    return str(error.error)[:_LONGEST]
