"""Without what comes along when an address, a number or an id is copied, and nobody sees. Pure."""

import base64
import re
from itertools import chain
from typing import Final
from urllib.parse import unquote

from service.search.marked_up import unmarked
from service.search.phone_number import AROUND_NUMBER, phone_digits, visible

# What stands around an address, an id or a number where it is copied from.
_QUOTES: Final = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
_AROUND_ADDRESS: Final = f"{_QUOTES}<>()[]{{}}|,;:.!?"
_AROUND_ID: Final = f"{_QUOTES}<>()[]{{}},;:"
# What a table shows of an id that is too wide for it.
_CUT_OFF: Final = re.compile(r"(?:\u2026|\.{3,})$")
_MAILTO: Final = re.compile("mailto:", re.IGNORECASE)
_TEL: Final = re.compile(
    r"[<\[(\"']*(?:(?:tel|sms|callto|whatsapp):|(?:https?://)?wa\.me/)([^;|]+)(?:;|;[a-z-]+=.*|\|.*)?",
    re.IGNORECASE,
)
# What is shown of a link stands behind it in Slack, and before it in Jira.
_SHOWN: Final = re.compile(r"\|(?=mailto:)", re.IGNORECASE)
_BEHIND_ADDRESS: Final = re.compile(r"[?|]")
# An address spelt so that no program takes it for one.
_SPELT_DOT: Final = r"(?:\s*[\[({<]\s*dot\s*[\])}>]\s*|\s+dot\s+)"
_SPELT_AT: Final = r"(?:\s*[\[({<]\s*at\s*[\])}>]\s*|\s+at\s+)"
_SPELT_ADDRESS: Final = re.compile(
    rf"(?<![\w.+-])([\w+-](?:[\w.+-]|{_SPELT_DOT}){{0,63}}){_SPELT_AT}([\w-]+(?:(?:\.|{_SPELT_DOT})[\w-]+)+)(?![\w@])",
    re.IGNORECASE,
)
_DOT: Final = re.compile(_SPELT_DOT, re.IGNORECASE)
# As it stands in the address of a page.
_ENCODED_ADDRESS: Final = re.compile(r"[\w.+'-][\w.+'%-]*%40[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_IN_URL: Final = re.compile(
    r"""(?:https?://|/)[^\s|]*[/?&\#=:"]
    ([\w-]+(?:\||%(?:25)?7c)[^&\#/"]+|[\w.+'%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+)(?:[&\#/?"].*)?""",
    re.IGNORECASE | re.VERBOSE,
)
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
    text = unmarked(text) or text
    if (link := _TEL.fullmatch(text)) and phone_digits(number := unquote(link[1])):
        text = number.strip(AROUND_NUMBER)
    text = _SPELT_ADDRESS.sub(_respelt, text)
    parts = chain.from_iterable(map(_apart, text.split()))
    return " ".join(filter(None, map(_bare, parts))) or text


def _respelt(address: re.Match[str]) -> str:
    return "@".join(_DOT.sub(".", side) for side in address.groups())


def _apart(part: str) -> list[str]:
    """The addresses of a list, and what stands before or behind one."""
    shown = _SHOWN.search(part)
    if shown:
        instead, link = part[: shown.start()], part[shown.end() :]
        return [link] if "@" in instead else [instead, link]
    whole = _AS_ONE.search(part)
    end = whole.start() if whole else len(part)
    listed, rest = part[:end], part[end:]
    if "@" not in listed:  # a name with an id behind it, or an id with anything in it
        return [part]
    *before, last = _BETWEEN_ADDRESSES.split(listed)
    return [one for one in (*before, last + rest) if any(map(str.isalnum, one))] or [part]


def _bare(part: str) -> str:
    if encoded := _of_a_page(part):
        return encoded
    if "@" in part:
        bare = visible(part).strip(_AROUND_ADDRESS)
        if link := _MAILTO.match(bare):
            return unquote(_BEHIND_ADDRESS.split(bare[link.end() :])[0])
        return _without_label(bare)
    if "|" not in part:
        return visible(part)
    return _CUT_OFF.sub("", _without_label(visible(part).strip(_AROUND_ID)))


def _of_a_page(part: str) -> str | None:
    """The id or the address that stands in a page's address, or encoded as there."""
    bare = part.strip(_AROUND_ID)
    page = _PAGE.fullmatch(bare)
    if page and (user_id := _id_of_page(page[1])):
        return user_id
    if _ENCODED_ID.fullmatch(part):
        return _decoded(part)
    if in_url := _IN_URL.fullmatch(unquote(bare)) or _IN_URL.fullmatch(bare):
        return _decoded(in_url[1])
    address = _ENCODED_ADDRESS.fullmatch(part.strip(_AROUND_ADDRESS))
    return unquote(address[0]) if address else None


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
    return once if "|" in once or "@" in once else unquote(once)
