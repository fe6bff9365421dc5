"""Compares what a request shows with what is known, without telling anything by its timing."""

import hmac
from collections.abc import Iterable, Sequence


def encoded(secrets: Iterable[str]) -> tuple[bytes, ...]:
    """Secrets as `is_one_of` takes them."""
    return tuple(secret.encode() for secret in secrets)


def is_one_of(given: str, known: Sequence[bytes]) -> bool:
    """Whether a header's value, as aiohttp decodes it, is one of the known secrets.

    All are compared, each in constant time, whatever the first says.
    """
    candidate = given.encode("utf-8", "surrogatepass")
    found = False
    for secret in known:
        found |= hmac.compare_digest(candidate, secret)
    return found


def bearer(authorization: Sequence[str]) -> str | None:
    """The token in a request's Authorization headers; None without one."""
    scheme, _, token = (single(authorization) or "").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else None


def single(values: Sequence[str]) -> str | None:
    """The value of a header; None if it is missing, or given twice and not the same.

    Between two different ones, a proxy in front and this service might each believe another.
    """
    if len(values) == 1 or (values and all(value == values[0] for value in values)):
        return values[0]
    return None
