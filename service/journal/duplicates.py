"""Bodies accepted a short while ago, so that a sender's own repetition costs nothing.

In memory only: document versions are the guarantee, this saves work. A body is known only once it
is committed, and forgotten when its event becomes a dead letter, so that sending it again works.
"""

from collections import deque
from collections.abc import Iterable
from hashlib import blake2b


def fingerprint(body: bytes) -> bytes:
    """128 bits that stand for the body."""
    return blake2b(body, digest_size=16).digest()


class DuplicateWindow:
    """Fingerprints with the time they came; bounded in age and number.

    They leave in the groups they came in: about 130 bytes a key, and constant time.
    """

    def __init__(self, *, length_us: int, keys: int) -> None:
        self._length_us = length_us
        self._keys = keys
        self._seen_us: dict[bytes, int] = {}
        self._groups: deque[tuple[int, tuple[bytes, ...]]] = deque()

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
        group = tuple(keys)
        self._seen_us.update(dict.fromkeys(group, now_us))
        self._groups.append((now_us, group))
        horizon_us = now_us - self._length_us
        while self._groups and (len(self._seen_us) > self._keys or self._groups[0][0] < horizon_us):
            came_us, oldest = self._groups.popleft()
            for key in oldest:
                if self._seen_us.get(key) == came_us:
                    del self._seen_us[key]

    def forget(self, keys: Iterable[bytes]) -> None:
        """Let bodies in again."""
        for key in keys:
            self._seen_us.pop(key, None)
