"""Why OpenSearch refused, in its own words."""

from typing import Final

from opensearchpy.exceptions import TransportError

_LONGEST: Final = 300


def reason_of(error: TransportError) -> str:
    """The reason in the answer's body, else the error's name; at most 300 characters."""
    info = error.info
    if isinstance(info, dict) and isinstance(info.get("error"), dict):
        return str(info["error"].get("reason", error.error))[:_LONGEST]
    return str(error.error)[:_LONGEST]
