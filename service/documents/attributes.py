"""Metadata as tokens: `path=value` and bare `path`, compared whole by the search's filters.

A value that may tell a user by itself, such as a customer's number or another address, has a third
token, `=value`, for whoever knows the value and not where it stands.

`{"plan": "pro", "teams": ["a"]}` in app_metadata becomes `app_metadata`, `app_metadata.plan`,
`app_metadata.plan=pro`, `app_metadata.teams` and `app_metadata.teams=a`: an array's elements stand
at the array's own path. A key with dots reads like nested objects, so both are found alike.
Whatever the metadata holds, the tokens stay few and short, and what is cut is said to be cut.
"""

import re
from functools import lru_cache
from typing import Final

from service.documents.free_form import (
    CONTAINERS,
    MAX_KEY_CHARS,
    MAX_LEVELS,
    is_encodable,
    key_fits,
    number_fits,
    within_limits,
)
from service.events.json_text import dump
from service.events.json_value import JsonValue, Literal

MAX_TOKENS: Final = 1_000
"""Tokens of one metadata field; the shallowest are kept."""

MAX_TOKEN_CHARS: Final = 512
"""Characters of a token, so at most 2 kB of the 32,766 bytes that OpenSearch takes."""

# An id has a digit, and no blanks unless it is a number; a date is none.
_TELLING: Final = re.compile(
    r"(?!\d{4}-\d\d-\d\d)(?=\D{0,63}\d)\S{4,64}|\+?\d[\d\s().\-/]{3,30}\d|[^\s@]{1,64}@\S{3,64}"
)
# Four digits are a year.
_LEAST_CHARS: Final = 4
_LEAST_DIGITS: Final = 5

Scalar = str | int | float | bool | Literal | None


def token(path: str, value: Scalar) -> str:
    """The token of a value found at a dotted path such as `app_metadata.plan`.

    A string stands for itself, whatever else for its JSON text: `true` and `"true"` are alike.
    """
    return f"{_escape(path)}={_escape(_scalar_text(value))}"


def path_token(path: str) -> str:
    """The token of a dotted path at which there is anything at all, null included."""
    return _escape(path)


@lru_cache(maxsize=4096)  # many users have the same organisation's
def telling_token(text: str) -> str | None:
    """The token of a value that may tell a user by itself; None of any other.

    Case doesn't matter, nor what stands between letters and digits: `K-48213` is `k 48213`.
    """
    if not _TELLING.fullmatch(text):
        return None
    text = text.casefold()
    if "@" not in text:
        text = "".join(filter(str.isalnum, text))
        if len(text) < (_LEAST_DIGITS if text.isdigit() else _LEAST_CHARS):
            return None
    return f"={text}"


class Survey:
    """One pass over a metadata field: its tokens, and whether it can be stored as it is.

    tokens: each once, the shallowest first, then in the order met, then the telling ones as far as
    there is room. cut: of the others some are missing, being too many, too long, too deep or not
    encodable. fits: what `within_limits` says of the value.
    """

    __slots__ = ("_full", "_queue", "_telling", "cut", "fits", "tokens")

    def __init__(self, name: str, value: JsonValue) -> None:
        self.tokens: dict[str, None] = {}
        self.cut = False
        self.fits = True
        self._full = False
        self._telling: set[str] = set()
        self._queue: list[tuple[dict[str, JsonValue] | list[JsonValue], str, int]] = []
        self._add(name)
        self._meet(value, name, 1)
        for container, path, level in self._queue:  # grows while it is walked
            if self._full:
                self.fits = self.fits and within_limits(container, level)
            elif level > MAX_LEVELS:
                self.fits, self.cut = False, True
            elif isinstance(container, dict):
                self._meet_members(container, path, level)
            else:
                for element in container:
                    self._meet(element, path, level + 1)
        if self._telling:
            for telling in sorted(self._telling)[: MAX_TOKENS - len(self.tokens)]:
                self.tokens[telling] = None

    def _meet_members(self, container: dict[str, JsonValue], path: str, level: int) -> None:
        for key, value in container.items():
            child = _child(path, key) if len(key) <= MAX_KEY_CHARS else None
            if child is None:
                self.fits, self.cut = False, True
            elif self._add(child):
                self._meet(value, child, level + 1)
            else:  # the tokens below would be longer still, or as many too many
                self.fits = self.fits and within_limits(value, level + 1)

    def _meet(self, value: JsonValue, path: str, level: int) -> None:
        """Take a scalar's token, or queue a container that stands at `level`."""
        if isinstance(value, str):
            if not (value.isascii() or is_encodable(value)):
                self.fits, self.cut = False, True
            elif len(value) > MAX_TOKEN_CHARS:
                self.cut = True
            else:
                self._add(f"{path}={_escape(value)}")
                self._tell(value)
        elif isinstance(value, CONTAINERS):
            self._queue.append((value, path, level))
        elif not isinstance(value, Literal):
            text = _scalar_text(value)
            self._add(f"{path}={text}")
            self._tell(text)
        else:
            self.fits = self.fits and number_fits(value)
            if value.text.startswith(("{", "[")):
                self.cut = True
            else:
                self._add(f"{path}={value.text}")
                self._tell(value.text)

    def _tell(self, value: str) -> None:
        if value.isalpha():  # most values are words, and this is quick
            return
        if (telling := telling_token(value)) and len(self._telling) < MAX_TOKENS:
            self._telling.add(telling)

    def _add(self, new: str) -> bool:
        if len(new) > MAX_TOKEN_CHARS:
            self.cut = True
            return False
        if len(self.tokens) >= MAX_TOKENS and new not in self.tokens:
            self.cut = self._full = True
            return False
        self.tokens[new] = None
        return True


@lru_cache(maxsize=1024)  # one tenant's profiles have much the same keys: a fifth of a survey
def _child(path: str, key: str) -> str | None:
    """The path of an object's member; None when its key can't be stored.

    Remembered: never ask it for a key that is too long.
    """
    return f"{path}.{_escape(key)}" if key_fits(key) else None


def _escape(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("=", "\\=") if "=" in text else text


def _scalar_text(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    return value.text if isinstance(value, Literal) else dump(value).decode()
