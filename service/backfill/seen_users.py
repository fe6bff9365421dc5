"""Which users an export has, in eight bytes each: millions of them are remembered."""

import hashlib
from array import array
from bisect import bisect_left
from itertools import islice
from operator import eq

_BUCKETS = 256


class SeenUsers:
    """A multiset of user ids, kept as 64 bits of their digests.

    A user who isn't in it counts as one who is with a chance of one in 2**64 for each user in it.
    """

    def __init__(self) -> None:
        self._buckets = [array("Q") for _ in range(_BUCKETS)]
        self._sorted = True

    def add(self, user_id: str) -> None:
        """One more, or the same one again."""
        bucket, digest = _place(user_id)
        self._buckets[bucket].append(digest)
        self._sorted = False

    def __contains__(self, user_id: str) -> bool:
        return self._times(user_id, 1)

    def has_twice(self, user_id: str) -> bool:
        """Whether this user was added more than once."""
        return self._times(user_id, 2)

    def has_anybody_twice(self) -> bool:
        """Whether there is such a user."""
        self._sort()
        return any(any(map(eq, bucket, islice(bucket, 1, None))) for bucket in self._buckets)

    def _times(self, user_id: str, least: int) -> bool:
        self._sort()
        bucket, digest = _place(user_id)
        digests = self._buckets[bucket]
        last = bisect_left(digests, digest) + least - 1
        return last < len(digests) and digests[last] == digest

    def _sort(self) -> None:
        if not self._sorted:
            self._buckets = [array("Q", sorted(bucket)) for bucket in self._buckets]
            self._sorted = True


def _place(user_id: str) -> tuple[int, int]:
    digest = hashlib.blake2b(user_id.encode(), digest_size=8).digest()
    return digest[0], int.from_bytes(digest, "big")
