"""How the directory itself is asked; the client that asks is not loaded for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DirectoryOptions:
    """How to reach the Management API.

    url: of the tenant's own domain. timeout_s: of one request. patience_s: how long it is repeated.
    """

    url: str
    client_id: str
    client_secret: str
    timeout_s: float = 30.0
    patience_s: float = 300.0
