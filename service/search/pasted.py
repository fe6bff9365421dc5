"""Without what comes along when an address, a number or an id is copied, and nobody sees. Pure."""

import base64
import re
from itertools import chain
from typing import Final
from urllib.parse import unquote

from service.search.phone_number import AROUND_NUMBER, phone_digits, visible

# What stands around an address, an id or a number where it is copied from.
_QUOTES: Final = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
_AROUND_ADDRESS: Final = f"{_QUOTES}<>()[]{{}}|,;:.!?"
_AROUND_ID: Final = f"{_QUOTES}<>()[]{{}},;:"
_MAILTO: Final = re.compile("mailto:", re.IGNORECASE)
_TEL: Final = re.compile(r"[<\[(\"']*tel:([^;]+)(?:;|;[a-z-]+=.*)?", re.IGNORECASE)
# Addresses in a list without blanks, or right behind a name. An id may have any of these in it.
_BETWEEN_ADDRESSES: Final = re.compile(r"[,;<>()]+")
_AS_ONE: Final = re.compile(r"\||//|mailto:", re.IGNORECASE)
# A user's id as it stands in a page's address or in a log of requests; in some twice encoded.
_ENCODED_ID: Final = re.compile(r"[a-z0-9-]+%(?:25)?7c.+", re.IGNORECASE)
# The address of a user's page, of Auth0's dashboard, its API or this service's console; in a log of
# requests, without its beginning.
_PAGE: Final = re.compile(r"[^\s|]*/users/([^\s/?#]+)\S*", re.IGNORECASE)
# What stands before an address or id without a blank, in JSON and logs. An = can be a part of an
# address, but behind none of these names.
_LABELLED_ID: Final = re.compile(r"""[\w.\-"']*[:=]["']*([\w-]+\|[^"']+)["']*""")
_LABELLED_ADDRESS: Final = re.compile(
    r"""(?:[\w.\-"']*:|(?:e-?mail|user(?:_?name)?|login)=)["']*(?!//)([^:"']+@[^"']+)["']*""",
    re.IGNORECASE,
)


def as_meant(text: str) -> str:
    """text: with single blanks."""
    if (link := _TEL.fullmatch(text)) and phone_digits(number := unquote(link[1])):
        text = number.strip(AROUND_NUMBER)
    parts = chain.from_iterable(map(_apart, text.split()))
    return " ".join(filter(None, map(_bare, parts))) or text


def _apart(part: str) -> list[str]:
    """The addresses of a list, and what stands before or behind one."""
    whole = _AS_ONE.search(part)
    end = whole.start() if whole else len(part)
    listed, rest = part[:end], part[end:]
    if "@" not in listed:  # a name with an id behind it, or an id with anything in it
        return [part]
    *before, last = _BETWEEN_ADDRESSES.split(listed)
    return [one for one in (*before, last + rest) if any(map(str.isalnum, one))] or [part]


def _bare(part: str) -> str:
    page = _PAGE.fullmatch(part.strip(_AROUND_ID))
    if page and (user_id := _id_of_page(page[1])):
        return user_id
    if _ENCODED_ID.fullmatch(part):
        return _decoded(part)
    if "@" in part:
        bare = visible(part).strip(_AROUND_ADDRESS)
        if link := _MAILTO.match(bare):
            return unquote(bare[link.end() :].partition("?")[0])
        return _without_label(bare)
    return _without_label(visible(part).strip(_AROUND_ID)) if "|" in part else visible(part)


def _without_label(text: str) -> str:
    labelled = (_LABELLED_ID if "|" in text else _LABELLED_ADDRESS).fullmatch(text)
    return labelled[1] if labelled else text


def _id_of_page(segment: str) -> str | None:
    """The dashboard writes the encoded id in base64, without its padding."""
    try:
        padded = segment + "=" * (-len(segment) % 4)
        of_dashboard = unquote(base64.urlsafe_b64decode(padded).decode())
    except ValueError:
        of_dashboard = ""
    known = (one for one in (_decoded(segment), of_dashboard) if "|" in one and one.isprintable())
    return next(known, None)


def _decoded(text: str) -> str:
    once = unquote(text)
    return once if "|" in once else unquote(once)
