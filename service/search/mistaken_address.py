"""Addresses otherwise than the index has them: cut, masked, with another tag or ending. Pure."""

import re
from typing import Final

from service.search.queries import Query, any_of, constant, email_words

SAME_MAILBOX: Final = 4

# What hides characters: `a***h@acme.com`, `ann.…@acme.com`.
_MASK: Final = re.compile(r"[*\u2022\u25cf\u2026]+|\.{3,}")
_SPECIAL: Final = re.compile(r"([\\?*])")
# Of fewer, too many addresses end so; what tells somebody of a masked one.
_LEAST_OF_END: Final = 4
_LEAST_TELLING: Final = 3
_GUEST: Final = re.compile(r"(.+)_([^_@]+)#EXT#(?:@.*)?", re.IGNORECASE)
_SAME_PROVIDER: Final = {"gmail.com": "googlemail.com", "googlemail.com": "gmail.com"}


def home_address(address: str) -> str | None:
    """Of a guest in somebody's Microsoft directory: ann@acme.com of
    `ann_acme.com#EXT#@contoso.onmicrosoft.com`."""
    guest = _GUEST.fullmatch(address)
    return f"{guest[1]}@{guest[2]}" if guest else None


def inner_address(address: str) -> Query:
    """From the middle of an address on: `smith@ac` of ann.smith@acme.com."""
    local, _, domain = address.rpartition("@")
    ends = [{"prefix": {"email.domain": domain}}] if domain else []
    return {"bool": {"must": [email_words(local), *ends]}}


def cut_or_masked(address: str) -> Query | None:
    """From the middle of a word on: `mith@ac` of ann.smith@acme.com; or with what is hidden."""
    local, _, domain = address.rpartition("@")
    if _MASK.search(address):
        if sum(map(str.isalnum, address)) < _LEAST_TELLING:
            return None
        parts = _MASK.split(address)
        pattern = "*".join(map(_literal, parts))
    elif len(local) >= _LEAST_OF_END and domain:
        pattern = f"*{_literal(address)}"
    else:
        return None
    return {"wildcard": {"email.folded": {"value": f"{pattern}*"}}}


def same_mailbox(address: str) -> list[Query]:
    """With another tag, or without one: `ann+shop@acme.com` of ann@acme.com; at another domain of
    the same provider."""
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0]
    if not (name and domain):
        return []
    tagged = [{"prefix": {"email.folded": f"{name}+"}}, {"prefix": {"email.domain": domain}}]
    ways: list[Query] = [{"bool": {"filter": tagged}}]
    if name != local:
        ways.append({"prefix": {"email.folded": f"{name}@{domain}"}})
    if other := _SAME_PROVIDER.get(domain.lower()):
        ways.append({"term": {"email.folded": f"{name}@{other}"}})
    return [constant(any_of(ways), SAME_MAILBOX)]


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
