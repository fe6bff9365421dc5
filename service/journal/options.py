"""The journal's settings, as a frozen group."""

from dataclasses import dataclass

_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How much the journal takes, from whom, and how long it waits for another owner."""

    tenant: str | None = None
    """The one tenant whose events are kept; None adopts the first event's and remembers it."""

    max_bytes: int = 10 * _GIB
    """Bytes of bodies kept, dead letters included. Seven million events: days of an outage."""

    min_free_disk_bytes: int = _GIB // 4
    """Free disk below which nothing is appended: room for settling, which writes too."""

    duplicate_window_us: int = 600_000_000
    """How long an accepted body is remembered. Longer than any sender's own retries."""

    duplicate_window_keys: int = 100_000
    """How many bodies are remembered: about 12 MB of memory when all are."""

    lock_wait_s: float = 5.0
    """How long opening waits for another owner to go: a command ends within seconds."""
