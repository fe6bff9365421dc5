"""Which users an export has, in eight bytes each: millions of them are remembered."""

import hashlib
from array import array
from bisect import bisect_left

_BUCKETS = 256


class SeenUsers:
    """A set of user ids, kept as 64 bits of their digests.

    A user who isn't in it counts as one who is with a chance of one in 2**64 for each user in it.
    """

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(_BUCKETS)]
        self._sorted = True

    def add(self, user_id: str) -> None:
        """One more; the same one again is nothing new."""
        bucket, digest = _place(user_id)
        self._buckets[bucket].append(digest)
        self._sorted = False

    def __contains__(self, user_id: str) -> bool:
        if not self._sorted:
            self._buckets = [array("Q", sorted(bucket)) for bucket in self._buckets]
            self._sorted = True
        bucket, digest = _place(user_id)
        digests = self._buckets[bucket]
        position = bisect_left(digests, digest)
        return position < len(digests) and digests[position] == digest


def _place(user_id: str) -> tuple[int, int]:
    digest = hashlib.blake2b(user_id.encode(), digest_size=8).digest()
    return digest[0], int.from_bytes(digest, "big")
