"""A user's identities: one typed object for each account linked into the profile.

An element that is no object is a misfit as a whole; in one that is, only what doesn't fit moves to
its own `unknown_fields`.
"""

import re
from collections.abc import Mapping
from typing import Final

from service.documents.fields import MISFIT, Check, Fit, boolean, text
from service.documents.free_form import as_text, within_limits
from service.documents.unknown_fields import UnknownFields
from service.events.json_value import JsonValue, Literal

_INTEGER: Final = re.compile(r"-?[0-9]+")


def identifier(value: JsonValue) -> "JsonValue | Fit":
    """The id at the identity provider, always a string: Auth0 sends integers of any size too."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Literal) and _INTEGER.fullmatch(value.text):
        return value.text
    return MISFIT


IDENTITY_FIELDS: Final[Mapping[str, Check]] = {
    "connection": text,
    "provider": text,
    "user_id": identifier,
    "isSocial": boolean,
}


def typed_identities(
    value: list[JsonValue], misfits: dict[str, None], *, keep_unknown: bool
) -> tuple[list[JsonValue], list[JsonValue]]:
    """The identities to store, and the elements that are none.

    misfits: receives the paths of what did not fit. keep_unknown: False leaves unknown keys out.
    """
    identities: list[JsonValue] = []
    others: list[JsonValue] = []
    for element in value:
        if isinstance(element, dict):
            identities.append(_identity(element, misfits, keep_unknown=keep_unknown))
        elif element is not None:
            others.append(element)
    return identities, others


def _identity(
    element: dict[str, JsonValue], misfits: dict[str, None], *, keep_unknown: bool
) -> dict[str, JsonValue]:
    identity: dict[str, JsonValue] = {}
    unknown = UnknownFields("identities.unknown_fields", misfits)
    for name, value in element.items():
        if value is None:
            continue
        if name == "profileData":
            if isinstance(value, dict) and within_limits(value):
                identity[name] = value
            else:
                identity[name] = as_text(value)
                misfits["identities.profileData"] = None
        elif (check := IDENTITY_FIELDS.get(name)) is None:
            unknown.add(name, value)
        elif (fitting := check(value)) is MISFIT:
            unknown.add_misfit(name, value, f"identities.{name}")
        else:
            identity[name] = fitting
    if keep_unknown and (stored := unknown.stored()) is not None:
        identity["unknown_fields"] = stored
    return identity
