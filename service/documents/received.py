"""A document's fields as the profile that they came from had them: what `profile` did, undone."""

from collections.abc import Mapping
from typing import Final

from service.documents.exclusion import OWN_FIELDS
from service.documents.free_form import from_text
from service.events.json_value import JsonValue

# What follows from other fields is none of the profile's either.
_OURS: Final = OWN_FIELDS | {"attributes"}
_UNKNOWN: Final = "unknown_fields"
_IDENTITY: Final = "identities."


def as_received(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The profile, as far as the document holds it; the user_id isn't in it.

    Two texts of one value may differ in the order of its members: values are to be compared.
    """
    misfits = _misfits(document)
    fields = {name: value for name, value in document.items() if name not in _OURS}
    profile = _restored(fields, "", misfits)
    identities = profile.get("identities")
    if isinstance(identities, list):
        profile["identities"] = [
            _restored(one, _IDENTITY, misfits) if isinstance(one, dict) else one
            for one in identities
        ]
    return profile


def _restored(
    holder: Mapping[str, JsonValue], prefix: str, misfits: frozenset[str]
) -> dict[str, JsonValue]:
    """Of a document or an identity in it: unknown fields beside the others, texts as they were."""
    restored = {
        name: from_text(value) if prefix + name in misfits else value
        for name, value in holder.items()
        if name != _UNKNOWN
    }
    for name, stored in _unknown(holder, prefix, misfits).items():
        value = from_text(stored) if f"{prefix}{_UNKNOWN}.{name}" in misfits else stored
        beside = restored.get(name)
        if isinstance(beside, list) and isinstance(value, list):
            value = beside + value  # identities, and what among them is none
        restored[name] = value
    return restored


def _misfits(document: Mapping[str, JsonValue]) -> frozenset[str]:
    paths = document.get("misfit_fields")
    return frozenset(map(str, paths)) if isinstance(paths, list) else frozenset()


def _unknown(
    holder: Mapping[str, JsonValue], prefix: str, misfits: frozenset[str]
) -> dict[str, JsonValue]:
    """Unknown fields by name, also where they had to be stored as one text."""
    value = holder.get(_UNKNOWN)
    if prefix + _UNKNOWN in misfits:
        value = from_text(value)
    return value if isinstance(value, dict) else {}
