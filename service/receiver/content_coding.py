"""Compressed bodies: gzip and deflate, bounded by what they become rather than by what was sent."""

import zlib

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
_MAX_MEMBERS = 100  # each copies what follows it, so very many small ones would take very long
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})


class BodyTooLarge(ValueError):
    """The body is, or becomes when decompressed, larger than the limit."""


class BadCoding(ValueError):
    """The body can't be decompressed; the message says why, for the sender."""


def is_coded(content_encoding: str) -> bool:
    """True if a Content-Encoding header says that the body must be decoded first."""
    return _normalised(content_encoding) not in {"", "identity"}


def decode(body: bytes, content_encoding: str, *, limit: int) -> bytes:
    """The decompressed body, at most `limit` bytes. Raises BodyTooLarge and BadCoding.

    Concatenated gzip members are one body (RFC 1952, 2.2). "deflate" is the zlib format (RFC 9110,
    8.4.1.2), but the raw one that some senders produce is understood as well.
    """
    coding = _normalised(content_encoding)
    if coding not in _CODINGS:
        raise BadCoding("Content-Encoding must be gzip, deflate or absent")
    raw = coding == "deflate" and body[:1] and body[0] & 0x0F != 8
    parts: list[bytes] = []
    size, rest = 0, body
    for _ in range(_MAX_MEMBERS):
        member = zlib.decompressobj(_RAW_DEFLATE if raw else _GZIP_OR_ZLIB)
        try:
            part = member.decompress(rest, limit - size + 1)
        except zlib.error:
            raise BadCoding(f"The body is not valid {coding} data") from None
        size += len(part)
        if size > limit:
            raise BodyTooLarge
        if not member.eof:
            raise BadCoding(f"The body ends before its {coding} data is complete")
        parts.append(part)
        rest = member.unused_data
        if not rest:
            return b"".join(parts)
    raise BadCoding(f"The body consists of more than {_MAX_MEMBERS} {coding} members")


def _normalised(content_encoding: str) -> str:
    return content_encoding.strip().lower()
