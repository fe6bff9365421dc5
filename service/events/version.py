"""The external version: one integer that orders every statement about a user.

OpenSearch rejects a write whose version isn't higher than the stored one, so whatever order, and
however often, statements arrive in, the highest version's stays.
"""

import hashlib
from enum import IntEnum
from typing import Final

_DIGEST_BITS: Final = 9
_KIND_BITS: Final = 2
_TIME_BITS: Final = 63 - _KIND_BITS - _DIGEST_BITS

LATEST_TIME_US: Final = (1 << _TIME_BITS) - 1
"""The last instant that has a version, in microseconds since the epoch: in September 2112."""


class Kind(IntEnum):
    """What was stated about the user; at one instant the higher kind wins."""

    READ = 0
    """Read from a users export, without an event: the state at its `updated_at`, or when read."""
    CREATED = 1
    UPDATED = 2
    DELETED = 3


def external_version(time_us: int, kind: Kind, event_id: str) -> int:
    """`time_us << 11 | kind << 9 | 9 bits`: for `version_type=external`, a positive 64-bit integer.

    The 9 bits are the first of the SHA-256 of the event's id: two events of one kind at one instant
    are in the same order everywhere, and one in 512 such pairs counts as a duplicate. Raises
    ValueError when the time is before the epoch or after LATEST_TIME_US.
    """
    if not 0 <= time_us <= LATEST_TIME_US:
        raise ValueError(f"no version for a time {time_us} µs from the epoch")
    # Lone surrogates have no UTF-8; an id that holds one gets a version all the same.
    digest = hashlib.sha256(event_id.encode(errors="surrogatepass")).digest()
    tie_break = int.from_bytes(digest[:2], "big") >> (16 - _DIGEST_BITS)
    return time_us << (_KIND_BITS + _DIGEST_BITS) | kind << _DIGEST_BITS | tie_break
