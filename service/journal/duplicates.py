"""Bodies accepted a short while ago, so that a sender's own repetition costs nothing.

In memory only: document versions are the guarantee, this saves work. A body is known only once it
is committed, and forgotten when its event becomes a dead letter, so that sending it again works.
"""

from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b


def fingerprint(body: bytes) -> bytes:
    """128 bits that stand for the body."""
    return blake2b(body, digest_size=16).digest()


class DuplicateWindow:
    """Fingerprints with the time they came, the oldest first; bounded in age and number."""

    def __init__(self, *, length_us: int, keys: int) -> None:
        self._length_us = length_us
        self._keys = keys
        # Not a plain dict: taking the first of one costs more with each that was taken before.
        self._seen_us: OrderedDict[bytes, int] = OrderedDict()

    @property
    def is_open(self) -> bool:
        """False when nothing is ever remembered."""
        return self._length_us > 0 and self._keys > 0

    def __len__(self) -> int:
        return len(self._seen_us)

    def holds(self, key: bytes, now_us: int) -> bool:
        """Whether the body was accepted within the window."""
        seen_us = self._seen_us.get(key)
        return seen_us is not None and seen_us >= now_us - self._length_us

    def remember(self, keys: Iterable[bytes], now_us: int) -> None:
        """Note accepted bodies; let go what is too old or too much."""
        seen = self._seen_us
        for key in keys:
            seen.pop(key, None)
            seen[key] = now_us
        horizon_us = now_us - self._length_us
        while seen:
            if len(seen) <= self._keys and seen[next(iter(seen))] >= horizon_us:
                return
            seen.popitem(last=False)

    def forget(self, keys: Iterable[bytes]) -> None:
        """Let bodies in again."""
        for key in keys:
            self._seen_us.pop(key, None)
