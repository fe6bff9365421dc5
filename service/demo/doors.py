"""Where the demo's service listens and what opens it: free ports, fresh credentials."""

import secrets
import socket
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from service.engine.claim import is_free

# The service's own defaults, which a person may know, when nobody has them.
_USUAL_PORTS: Final = (8080, 8081)

WantedPorts = tuple[int | None, int | None]
"""Of the public and of the private door; None takes a free one."""


def _token() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the service listens and what opens it; fresh credentials for every run."""

    port: int
    private_port: int
    token: str = field(default_factory=_token, repr=False)
    search_token: str = field(default_factory=_token, repr=False)
    admin_token: str = field(default_factory=_token, repr=False)

    @property
    def webhook_url(self) -> str:
        """Where events are posted."""
        return f"http://127.0.0.1:{self.port}/webhook"

    @property
    def private_url(self) -> str:
        """The private door's root, without a slash."""
        return f"http://127.0.0.1:{self.private_port}"

    def settings(self) -> dict[str, str]:
        """As the service is told."""
        return {
            "USER_SYNC_HOST": "127.0.0.1",
            "USER_SYNC_PORT": str(self.port),
            "USER_SYNC_PRIVATE_HOST": "127.0.0.1",
            "USER_SYNC_PRIVATE_PORT": str(self.private_port),
            "USER_SYNC_WEBHOOK_TOKENS": self.token,
            "USER_SYNC_SEARCH_TOKENS": self.search_token,
            "USER_SYNC_ADMIN_TOKENS": f"demo:{self.admin_token}",
        }


def choose_ports(wanted: WantedPorts) -> tuple[int, int]:
    """The wanted ports, else the usual ones, else free ones."""
    public, private = (
        port or (usual if is_free(usual) else _free_port())
        for port, usual in zip(wanted, _USUAL_PORTS, strict=True)
    )
    return public, private


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
