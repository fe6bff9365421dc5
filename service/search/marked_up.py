"""Without the marks of the page, table or directory that text was copied from. Pure."""

import html
import re
from html.entities import html5
from typing import Final
from urllib.parse import unquote

_ENTITY: Final = re.compile(r"&(?:#\d{1,6}|#x[\da-f]{1,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
# Of HTML, and what is in none of them: an address or an id.
_TAG: Final = re.compile(
    r"</?(?:a|b|br|code|div|em|font|h[1-6]|i|li|mark|p|span|strong|t[dhr]|u)(?:\s[^<>@|]*)?/?>",
    re.IGNORECASE,
)
# Between what is shown of a link of Markdown and where it leads.
_SHOWN_BEFORE: Final = re.compile(r"\]\((?=mailto:|https?://)", re.IGNORECASE)
# Of a directory: CN=Ann Smith,OU=Sales,DC=acme,DC=com.
_DISTINGUISHED: Final = re.compile(
    r"""["']?(?:CN|UID)=((?:\\.|[^,\\])+),\s*[A-Z]+=.*""", re.IGNORECASE
)
_OF_DIRECTORY: Final = re.compile(r"\\(.)")
_ADDRESS_IN_IT: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# The name of a member of JSON, without which its value is as copied alone. Programs write letters
# beyond ASCII as their numbers, and a string within a string with its quotes marked.
_MEMBER: Final = re.compile(r"""["'][\w.$-]+["']\s*:\s*(?=["'\[{])""")
_ESCAPED: Final = re.compile(r"\\u(?!d[89a-f])(?=[a-f]*\d)([\da-f]{4})", re.IGNORECASE)
_GUEST: Final = re.compile("%23EXT%23", re.IGNORECASE)
_ENCODED: Final = re.compile(r"[^%/:@|]*(?:%[\da-f]{2}[^%/:@|]*)+", re.IGNORECASE)
_LAST_BYTE: Final = 0xFF


def unmarked(text: str) -> str:
    """text: with single blanks."""
    text = _ENTITY.sub(_character, text)
    text = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)
    text = _MEMBER.sub(" ", text.replace('\\"', '"'))
    text = _SHOWN_BEFORE.sub(" ", _TAG.sub(" ", text))
    if named := _DISTINGUISHED.fullmatch(text):
        text = " ".join([_OF_DIRECTORY.sub(r"\1", named[1]), *_ADDRESS_IN_IT.findall(text)])
    text = _GUEST.sub("#EXT#", text)
    return " ".join(map(_decoded, text.split()))


def rightly_read(text: str) -> str:
    """What a program read as Latin-1 or Windows-1252 though it is UTF-8: Müller, of MÃ¼ller. No
    text that means something else can be read so."""
    try:
        return b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return text


def _character(entity: re.Match[str]) -> str:
    known = entity[0][1:] in html5 or entity[0][1] == "#"
    return html.unescape(entity[0]) if known else entity[0]


def _byte(char: str) -> bytes:
    return bytes([ord(char)]) if ord(char) <= _LAST_BYTE else char.encode("cp1252")


def _decoded(part: str) -> str:
    """Of a name as it stands in the address of a page; of addresses and ids see `pasted`."""
    if not _ENCODED.fullmatch(part):
        return part
    try:
        decoded = unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part
    plain = decoded.isprintable() and not set("@|%") & set(decoded)
    return decoded if plain else part
