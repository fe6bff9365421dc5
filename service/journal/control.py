"""The owner's Unix socket: how commands reach a running journal."""

from collections.abc import Callable, Mapping
from typing import Any

from service.journal.journal import Journal


class ControlServer:
    """Serves a journal's operations to other processes of the same user.

    status: what the owner adds to its answers (e.g. health checks); JSON values.
    """

    def __init__(self, journal: Journal, *, status: Callable[[], Mapping[str, Any]] = dict) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Listen; the socket's path is written into the lock file."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Stop listening, finish running requests, remove the socket."""
        raise NotImplementedError
