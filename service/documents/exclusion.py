"""Fields that must not reach the index: `exclude_fields`, parsed once, applied before all else.

What is excluded is taken out of the profile as it came, so that no typed field, no misfit, no JSON
text and no token can hold it. In doubt it goes: dots are read both ways (`a.b` is the key "b" in
"a" and the key "a.b"), and what might hold it but can't be looked through goes as a whole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from service.documents.fields import TYPED_FIELDS
from service.documents.free_form import CONTAINERS, MAX_LEVELS, is_encodable
from service.documents.identities import IDENTITY_FIELDS
from service.events.json_value import JsonValue, Literal

OWN_FIELDS: Final = frozenset(
    {"user_id", "event", "indexed_at", "deleted_at", "misfit_fields", "attributes_truncated"}
)
"""What a document has besides what its profile holds."""

_UNKNOWN: Final = "unknown_fields"
_IDENTITY_UNKNOWN: Final = "identities.unknown_fields"
# Where an object belongs: a string in its place may be that object's text, however written.
_OBJECTS: Final = frozenset(
    {"app_metadata", "user_metadata", "identities", "identities.profileData"}
)
# With what a string begins that is JSON text: of an object, of an array, of such text once more.
_JSON_TEXT: Final = re.compile(r'[\s\ufeff]*[\[{"]')


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What to keep out of documents, nothing by default; made by `parse`.

    names: as given. attributes, unknown_fields, identity_unknown_fields: whether these fields of
    the document go. paths: dotted paths in the profile that go with all below them.
    """

    names: tuple[str, ...] = ()
    attributes: bool = False
    unknown_fields: bool = False
    identity_unknown_fields: bool = False
    paths: frozenset[str] = frozenset()
    _below: tuple[str, ...] = field(default=(), repr=False)
    _leading: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def parse(cls, names: Iterable[str]) -> Self:
        """Exclusions from names such as `email`, `app_metadata.plan`, `identities.profileData`.

        A name covers all below it. Profile fields are excluded from every profileData too, which
        repeats them. `unknown_fields` covers all of them, `attributes` the metadata's tokens only.
        Raises ValueError for a name that is malformed or can't be excluded.
        """
        given = tuple(dict.fromkeys(name.strip() for name in names))
        paths = frozenset(path for name in given for path in _paths(name))
        return cls(
            names=given,
            attributes="attributes" in given,
            unknown_fields=_UNKNOWN in given,
            identity_unknown_fields=_UNKNOWN in given or _IDENTITY_UNKNOWN in given,
            paths=paths,
            _below=tuple(sorted(f"{path}." for path in paths)),
            _leading=frozenset(
                path[:dot]
                for path in paths
                for dot, character in enumerate(path)
                if character == "."
            ),
        )

    def apply(self, profile: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], list[str]]:
        """The profile without what is excluded, and the paths dropped as they might hold it."""
        if not self.paths:
            return profile, []
        dropped: dict[str, None] = {}
        return self._members(profile, "", 1, dropped), list(dropped)

    def _members(
        self, value: dict[str, JsonValue], prefix: str, level: int, dropped: dict[str, None]
    ) -> dict[str, JsonValue]:
        kept: dict[str, JsonValue] = {}
        for key, member in value.items():
            path = prefix + key
            if path in self.paths or path.startswith(self._below):
                continue
            if path not in self._leading:
                kept[key] = member
            elif _could_hide(member, path, level + 1):
                dropped[path] = None
            else:
                kept[key] = self._looked_through(member, path, level + 1, dropped)
        return kept

    def _looked_through(
        self, value: JsonValue, path: str, level: int, dropped: dict[str, None]
    ) -> JsonValue:
        if isinstance(value, dict):
            return self._members(value, f"{path}.", level, dropped)
        if not isinstance(value, list):
            return value
        kept: list[JsonValue] = []
        for element in value:
            if _could_hide(element, path, level + 1):
                dropped[path] = None
            else:
                kept.append(self._looked_through(element, path, level + 1, dropped))
        return kept


def _could_hide(value: JsonValue, path: str, level: int) -> bool:
    """Whether a value met on the way to an excluded path can't be looked through."""
    if isinstance(value, Literal):
        return value.text.startswith(("{", "["))
    if isinstance(value, str):
        return path in _OBJECTS or _JSON_TEXT.match(value) is not None
    return level > MAX_LEVELS and isinstance(value, CONTAINERS)


def _paths(name: str) -> set[str]:
    """Every place in a profile that a name covers. Raises ValueError."""
    _check_form(name)
    if name in (_UNKNOWN, _IDENTITY_UNKNOWN):
        return set()
    if name.partition(".")[0] in OWN_FIELDS:
        raise ValueError(f"{name!r} can't be excluded: every document needs it")
    # As it reads in a document; in the profile it is a field like any other.
    path = name.removeprefix(f"{_UNKNOWN}.")
    if path.startswith(f"{_IDENTITY_UNKNOWN}."):
        path = f"identities.{path.removeprefix(f'{_IDENTITY_UNKNOWN}.')}"
    _check_meaning(name, path)
    first, _, _ = path.partition(".")
    if first == "identities":
        return {path}
    if first in IDENTITY_FIELDS or first == "profileData":
        return {path, f"identities.profileData.{path}"}
    return {path, f"identities.profileData.{path}", f"identities.{path}"}


def _check_form(name: str) -> None:
    if not all(name.split(".")) or not is_encodable(name):
        raise ValueError(f"{name!r} is no field name; right would be email or app_metadata.plan")
    if set(name) & set("*[]"):
        raise ValueError(
            f"{name!r}: there are no patterns and no indexes; a name covers all below it and every "
            "element of an array, for example identities.profileData"
        )


def _check_meaning(name: str, path: str) -> None:
    first, _, rest = path.partition(".")
    if first == "user_id":
        raise ValueError(f"{name!r} can't be excluded: every document needs it")
    if first == "attributes" and rest and path == name:
        raise ValueError(f"{name!r}: exclude the metadata it comes from, or attributes as a whole")
    holder, _, below = rest.partition(".")
    scalar = first if first in TYPED_FIELDS and rest else ""
    if first == "identities" and holder in IDENTITY_FIELDS and below:
        scalar = f"identities.{holder}"
    if scalar:
        raise ValueError(f"{name!r}: nothing is below {scalar}; exclude it as a whole")
