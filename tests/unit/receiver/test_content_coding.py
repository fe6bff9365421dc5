"""Compressed bodies come out whole or are refused; nothing becomes larger than the limit."""

import gzip
import zlib
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.receiver.content_coding import BadCoding, BodyTooLarge, decode, is_coded

TEXT = b'{"id": "evt_1"}' * 50
LIMIT = 10_000
# The same bytes in every run, and so the same names of tests.
gzipped = partial(gzip.compress, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzipped(TEXT)),
        (" GZip ", gzipped(TEXT)),
        ("x-gzip", gzipped(TEXT)),
        ("gzip", gzipped(TEXT[:100]) + gzipped(b"") + gzipped(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
def test_a_body_is_decompressed(coding: str, body: bytes) -> None:
    assert decode(body, coding, limit=LIMIT) == TEXT


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b""),
        ("gzip", TEXT),
        ("gzip", gzipped(TEXT)[:-1]),
        ("gzip", gzipped(TEXT)[:-8] + b"\x00" * 8),  # wrong checksum
        ("gzip", gzipped(TEXT) + b"{}"),
        ("gzip", gzipped(b"") * 1_000),
        ("deflate", b""),
        ("deflate", zlib.compress(TEXT)[:-1]),
        ("deflate", raw_deflate(TEXT)[:-1]),
        ("br", TEXT),
        ("zstd", TEXT),
        ("gzip, gzip", gzipped(gzipped(TEXT))),
        ("nonsense\udcff", TEXT),
    ],
)
def test_what_can_not_be_decompressed_is_refused(coding: str, body: bytes) -> None:
    with pytest.raises(BadCoding):
        decode(body, coding, limit=LIMIT)


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_the_limit_is_that_of_the_decompressed_body(compress: object) -> None:
    assert callable(compress)
    at_limit, over = b" " * LIMIT, b" " * (LIMIT + 1)
    coding = "gzip" if compress is gzip.compress else "deflate"
    assert decode(compress(at_limit), coding, limit=LIMIT) == at_limit
    with pytest.raises(BodyTooLarge):
        decode(compress(over), coding, limit=LIMIT)
    with pytest.raises(BodyTooLarge):
        decode(gzipped(at_limit) + gzipped(b" "), "gzip", limit=LIMIT)


def test_a_bomb_stays_small() -> None:
    bomb = gzipped(bytes(50_000_000))
    with pytest.raises(BodyTooLarge):
        decode(bomb, "gzip", limit=LIMIT)


def test_identity_is_no_coding() -> None:
    assert not is_coded("")
    assert not is_coded(" Identity")
    assert is_coded("gzip")


@given(st.binary(), st.sampled_from(["gzip", "deflate", "br"]))
def test_any_bytes_are_decompressed_or_refused(body: bytes, coding: str) -> None:
    with suppress(BadCoding, BodyTooLarge):
        assert len(decode(body, coding, limit=100)) <= 100
