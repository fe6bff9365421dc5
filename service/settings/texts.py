"""Names, addresses and credentials as settings hold them; pure.

Every parser raises ValueError with the sentence that the operator reads; none repeats a secret.
"""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from service.documents.exclusion import Exclusions
from service.settings.quantities import shortened

_HOSTNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_.])?", re.ASCII)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_TOKEN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
# All but % are OpenSearch's; a % it takes in a name, and decodes in every path.
_FORBIDDEN_IN_INDEX = frozenset('\\/*?"<>| ,#:%')
# OpenSearch allows 255 bytes; the index's own name and the writers' alias add an ending.
_INDEX_BYTES = 240
# File systems allow 255; the lock and the log beside the journal add an ending.
_NAME_BYTES = 240


@dataclass(frozen=True, slots=True)
class BasicCredential:
    """A user name and password of HTTP basic authorisation."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class HeaderCredential:
    """A header that authorises, as in Auth0's custom-header authorisation."""

    name: str
    value: SecretStr


@dataclass(frozen=True, slots=True)
class NamedToken:
    """A bearer token with the name that logs show in its place."""

    name: str
    token: SecretStr


def elements(text: str) -> tuple[str, ...]:
    """A comma-separated list, blanks trimmed; in a file also one a line."""
    found = tuple(part.strip() for part in re.split(r"[,\n]", text.rstrip("\r\n")))
    for place, part in enumerate(found, 1):
        if not part:
            raise ValueError(f"element {place} of {len(found)} is empty")
    return found


def excluded_fields(text: str) -> Exclusions:
    """A list of what to keep out of documents."""
    return Exclusions.parse(elements(text))


def tokens(text: str) -> tuple[SecretStr, ...]:
    """A list of bearer tokens."""
    return tuple(
        _header_text(part, place, blanks=False) for place, part in enumerate(elements(text), 1)
    )


def basic_credentials(text: str) -> tuple[BasicCredential, ...]:
    """A list of `user:password`."""
    credentials = []
    for place, part in enumerate(elements(text), 1):
        username, colon, password = part.partition(":")
        if not colon:
            raise ValueError(f"element {place} is not user:password (a comma ends an element)")
        if not username or not password:
            raise ValueError(f"element {place} has an empty user or password")
        credentials.append(BasicCredential(username, SecretStr(password)))
    return tuple(credentials)


def header_credentials(text: str) -> tuple[HeaderCredential, ...]:
    """A list of `Header-Name: value`."""
    credentials = []
    for place, part in enumerate(elements(text), 1):
        name, colon, value = part.partition(":")
        if not colon:
            raise ValueError(f"element {place} is not Header-Name: value (a comma ends an element)")
        if not _HEADER_NAME.fullmatch(name.strip()):
            raise ValueError(f"element {place} begins with what can't be a header's name")
        if not value.strip():
            raise ValueError(f"element {place} has an empty value")
        secret = _header_text(value.strip(), place, blanks=True)
        credentials.append(HeaderCredential(name.strip(), secret))
    return tuple(credentials)


def named_tokens(text: str) -> tuple[NamedToken, ...]:
    """A list of `name:token`; names are unique."""
    found: dict[str, NamedToken] = {}
    for place, part in enumerate(elements(text), 1):
        name, colon, token = part.partition(":")
        if not colon:
            raise ValueError(f"element {place} is not name:token; the name is what logs show")
        if not _TOKEN_NAME.fullmatch(name):
            raise ValueError(f"element {place} has a name with more than letters, digits and ._-")
        if not token:
            raise ValueError(f"element {place} has an empty token")
        if name in found:
            raise ValueError(f"element {place} repeats the name {name}")
        found[name] = NamedToken(name, _header_text(token, place, blanks=False))
    return tuple(found.values())


def opensearch_url(text: str) -> str:
    """`http(s)://host[:port][/path]`, without a trailing slash; several separated by commas."""
    # Before it is taken apart: a password may hold commas, and is not to be shown in parts.
    if "@" in text:
        raise ValueError(
            "a URL can't hold the user and password, it is shown in logs: set "
            "USER_SYNC_OPENSEARCH_USERNAME and USER_SYNC_OPENSEARCH_PASSWORD"
        )
    found: list[str] = []
    for one in elements(text):
        url = _opensearch_url(one)
        if url in found:
            raise ValueError(f"{shortened(url)} is there twice")
        found.append(url)
    if len({urlsplit(url).scheme for url in found}) > 1:
        raise ValueError("some of the URLs begin with http://, others with https://")
    return ",".join(found)


def _opensearch_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("not a URL: its host or port can't be read") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{shortened(text)} does not begin with http:// or https://")
    if not parts.hostname or port == 0:
        raise ValueError(f"{shortened(text)} names no host or an impossible port")
    if parts.query or parts.fragment:
        raise ValueError(f"{shortened(text)} has more than scheme, host, port and path")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def auth0_domain(text: str) -> str:
    """`tenant.eu.auth0.com`, as `https://tenant.eu.auth0.com`; http for loopback only."""
    stripped = text.strip().rstrip("/")
    try:
        parts = urlsplit(stripped if "://" in stripped else f"https://{stripped}")
        port = parts.port
    except ValueError as error:
        raise ValueError("not a domain: its name or port can't be read") from error
    if not parts.hostname or not _HOSTNAME.fullmatch(parts.hostname) or port == 0:
        raise ValueError(f"{shortened(text)} is not a domain, such as acme.eu.auth0.com")
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{shortened(text)} has more than a domain, such as acme.eu.auth0.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError(f"{shortened(text)} does not begin with https://; a secret is sent there")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(name: str) -> bool:
    return name == "localhost" or name.startswith("127.")


def host(text: str) -> str:
    """An address or name to listen on."""
    name = text.strip()
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    if re.fullmatch(r"[\d.]+", name) or not _HOSTNAME.fullmatch(name):
        raise ValueError(f"{shortened(text)} is not an IP address or a host name, without a port")
    return name


def index_name(text: str) -> str:
    """A name that OpenSearch accepts for the alias and, with an ending, for the index."""
    name = text.strip()
    if name != name.lower():
        raise ValueError(f"{shortened(text)} has capital letters, which OpenSearch refuses")
    if forbidden := sorted(_FORBIDDEN_IN_INDEX & set(name)):
        raise ValueError(f"{shortened(text)} holds {' '.join(map(repr, forbidden))}")
    if name[0] in "-_+.":
        raise ValueError(f"{shortened(text)} begins with one of - _ + .")
    if not name.isprintable() or len(name.encode()) > _INDEX_BYTES:
        raise ValueError(f"the name is longer than {_INDEX_BYTES} bytes, or not printable")
    return name


def word(text: str) -> str:
    """Text without blanks."""
    stripped = text.strip()
    if not stripped.isprintable() or any(char.isspace() for char in stripped):
        raise ValueError(f"{shortened(text)} holds a blank or a control character")
    return stripped


def tenant_name(text: str) -> str:
    """A tenant as events name it. Its domain would be no event's, and every one be refused."""
    name = word(text)
    if name.lower().endswith(".auth0.com"):
        raise ValueError(
            f"{shortened(text)} is a domain; events name the tenant {name.partition('.')[0]}"
        )
    return name


def existing_file(text: str) -> Path:
    """A path that is a file now; `~` is the home directory."""
    path = expanded(text)
    try:
        there = path.is_file()
    except OSError as error:
        raise ValueError(f"can't read {shortened(str(path))}: {error.strerror}") from error
    if not there:
        raise ValueError(f"there is no file {shortened(str(path))}")
    return path


def path_to_be(text: str) -> Path:
    """A path that may not exist yet; `~` is the home directory."""
    path = expanded(text)
    if len(os.fsencode(path.name)) > _NAME_BYTES:
        raise ValueError(
            f"the file's name {shortened(path.name)} is too long: {_NAME_BYTES} bytes at most"
        )
    if _is_directory(path):
        raise ValueError(f"{shortened(str(path))} is a directory, not a file's path")
    return path


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{shortened(str(path))} can't be a file's path: {reason}") from error


def expanded(text: str) -> Path:
    """A path without the blanks around it, its `~` replaced. Raises ValueError."""
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no home directory: give the whole path") from error


def _header_text(text: str, place: int, *, blanks: bool) -> SecretStr:
    """A secret that a header can carry."""
    if not re.fullmatch(r"[ -~]+" if blanks else r"[!-~]+", text):
        raise ValueError(f"element {place} holds a blank, a control or a non-ASCII character")
    return SecretStr(text)
