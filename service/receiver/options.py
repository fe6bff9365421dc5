"""The public door's settings: one small frozen group, every field with its unit and its why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiverOptions:
    """How the receiver listens and what it bears."""

    max_body_bytes: int = 32 * 1024 * 1024
    """Largest body, as sent and after decompression. Beyond it an event is lost (413), so it is
    far above anything a directory holds; aiohttp's own default is 1 MiB."""

    body_timeout_s: float = 60.0
    """Longest wait for a whole body: 32 MiB pass in it at 4.5 Mbit/s, a stalled sender goes."""

    stop_timeout_s: float = 8.0
    """Longest wait for requests in flight when stopping; who is cut off then sends again."""

    keepalive_timeout_s: float = 75.0
    """How long an idle connection stays: longer than the 60 s of the usual load balancers, or
    they would use one that is just being closed."""

    max_connections: int = 60_000
    """Most connections kept open, idle ones included. Below the open files that the system allows,
    by what the journal, OpenSearch and the private door need."""

    backlog: int = 1024
    """Connections that may wait to be accepted, so that a burst isn't turned away."""

    thread_above_bytes: int = 256 * 1024
    """Bodies above this are parsed in a thread: smaller ones take less than a millisecond."""
