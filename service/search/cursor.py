"""Cursors: where a walk stands, signed, so that nobody can make one up or move it elsewhere. Pure.

A cursor holds the sort values after which the next page begins. Its key comes from the search
tokens: no state is kept, every replica reads every cursor, and a cursor made under a token that is
no longer valid is no longer valid either.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

_MAC_BYTES: Final = 16
_MEMBERS: Final = 2
NO_CURSOR: Final = "this is not a cursor: take the `next` of a page as it stands"
_PURPOSE: Final = b"auth0-opensearch-sync search cursor 1"


class InvalidCursor(ValueError):
    """Not one of ours, of another search, or of a token no longer valid; the text says which."""


@dataclass(frozen=True, slots=True)
class Position:
    """after: sort values of the last user seen. forgiving: the search looks for typing errors."""

    after: list[Any]
    forgiving: bool


class Cursors:
    """Signs with the first token's key, accepts any token's: tokens can be rotated in peace."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._keys = [hmac.digest(token.encode(), _PURPOSE, "sha256") for token in tokens]

    def write(self, position: Position, search: bytes) -> str:
        """search: what identifies the search that the cursor belongs to."""
        payload = orjson.dumps([int(position.forgiving), position.after])
        signed = self._mac(self._keys[0], payload, search) + payload
        return _text(signed)

    def read(self, cursor: str, search: bytes) -> Position:
        """Raises InvalidCursor."""
        try:
            signed = base64.b64decode(
                cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
        except (binascii.Error, UnicodeEncodeError):
            raise InvalidCursor(NO_CURSOR) from None
        if _text(signed) != cursor:  # bits that decoding ignores
            raise InvalidCursor(NO_CURSOR)
        mac, payload = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        valid = False
        for key in self._keys:
            valid |= hmac.compare_digest(mac, self._mac(key, payload, search))
        if not valid:
            if not _tells_a_position(payload):
                raise InvalidCursor(NO_CURSOR)
            raise InvalidCursor(
                "the cursor belongs to another search (q, filter and sort have to stay the same), "
                "or to a token that is no longer valid"
            )
        forgiving, after = orjson.loads(payload)
        return Position(after, bool(forgiving))

    @staticmethod
    def _mac(key: bytes, payload: bytes, search: bytes) -> bytes:
        bound = hashlib.sha256(search).digest() + payload
        return hmac.digest(key, bound, "sha256")[:_MAC_BYTES]


def _tells_a_position(payload: bytes) -> bool:
    """Whether it may be of a cursor: what was cut off or made up should be told from another's."""
    try:
        read = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return False
    return isinstance(read, list) and len(read) == _MEMBERS


def _text(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
