"""Who may post: bearer tokens, basic credentials or a custom header, checked before a body is read.

The promise: a request passes only with a whole, exact credential; each comparison takes the same
time wherever the first difference is, and every credential of the kind is compared, so an answer's
timing tells nothing. Whatever bytes the headers hold, the outcome is yes or no, never an error.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from multidict import MultiMapping, istr

from service.doors.secrets import encoded, is_one_of, single

_AUTHORIZATION = istr("Authorization")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, token
_VISIBLE_ASCII = re.compile(r"[!-~]+")
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


class InvalidCredential(ValueError):
    """A credential that must not or can not be used. The message never holds the secret."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything that opens the webhook. Any one suffices; several of a kind allow rotation.

    Raises InvalidCredential for empty ones and for those a header can't carry.
    """

    bearer_tokens: Sequence[str] = field(default=(), repr=False)
    basic: Sequence[tuple[str, str]] = field(default=(), repr=False)  # (user name, password)
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)  # (header name, its value)

    def __post_init__(self) -> None:
        if not (self.bearer_tokens or self.basic or self.headers):
            raise InvalidCredential("At least one webhook credential is needed")
        self._check_authorization()
        self._check_custom_headers()

    def _check_authorization(self) -> None:
        for token in self.bearer_tokens:
            if not _VISIBLE_ASCII.fullmatch(token):
                raise InvalidCredential(
                    "A bearer token must be one or more visible ASCII characters without spaces"
                )
        for user, password in self.basic:
            if not user or not password:
                raise InvalidCredential("A basic credential needs a user name and a password")
            if ":" in user:
                raise InvalidCredential("A basic credential's user name must not hold a colon")

    def _check_custom_headers(self) -> None:
        for name, value in self.headers:
            if not _HEADER_NAME.fullmatch(name):
                raise InvalidCredential("A custom header's name is not a valid HTTP header name")
            if not _HEADER_VALUE.fullmatch(value):
                raise InvalidCredential(
                    "A custom header's value must be visible ASCII characters,"
                    " without spaces at its ends"
                )


class Authorisation:
    """Credentials made ready for comparing, once; `accepts` costs about a microsecond."""

    def __init__(self, credentials: Credentials) -> None:
        bearer = encoded(credentials.bearer_tokens)
        basic = tuple(
            base64.b64encode(f"{user}:{password}".encode()) for user, password in credentials.basic
        )
        self._by_scheme = {"bearer": bearer, "basic": basic}
        headers: dict[str, list[str]] = {}
        for name, value in credentials.headers:
            headers.setdefault(name.lower(), []).append(value)
        self._headers = [(istr(name), encoded(values)) for name, values in headers.items()]
        schemes = [("Bearer", bearer), ("Basic", basic), ("Header", self._headers)]
        self.challenges = ", ".join(
            f'{scheme} realm="user-sync webhook"' for scheme, known in schemes if known
        )
        """The value of WWW-Authenticate that goes with a refusal."""

    def accepts(self, headers: MultiMapping[str]) -> bool:
        """True if the request carries one of the credentials.

        `headers` as aiohttp decodes them: UTF-8, other bytes as surrogate escapes. A header given
        twice counts only if both are the same: between two different ones, a proxy in front and
        this service might each believe another.
        """
        given = single(headers.getall(_AUTHORIZATION, ()))
        if given is not None:
            scheme, _, parameters = given.partition(" ")
            known = self._by_scheme.get(scheme.lower())
            if known and is_one_of(parameters.strip(" "), known):
                return True
        for name, known in self._headers:
            value = single(headers.getall(name, ()))
            if value is not None and is_one_of(value, known):
                return True
        return False
