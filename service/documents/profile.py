"""A profile to the fields of its document: each value where it fits, and nothing lost.

A value goes to its typed field, else to `unknown_fields`, else it is kept as JSON text;
`misfit_fields` names what was moved or kept as text, and what an exclusion took by precaution.
null fits every field and is left out: a reader can't tell it from an absent field. Within
metadata, profileData and unknown fields it stays.
"""

from typing import Final

from service.documents.attributes import Survey
from service.documents.exclusion import Exclusions
from service.documents.fields import MAX_VALUES, MISFIT, TYPED_FIELDS
from service.documents.free_form import as_text
from service.documents.identities import typed_identities
from service.documents.unknown_fields import UnknownFields
from service.events.json_value import JsonValue

METADATA: Final = ("app_metadata", "user_metadata")


def is_metadata(path: str) -> bool:
    """Whether a dotted path leads into the metadata."""
    return path.partition(".")[0] in METADATA


def profile_fields(profile: dict[str, JsonValue], exclusions: Exclusions) -> dict[str, JsonValue]:
    """The document's fields that come from the profile; user_id does not, the event has it."""
    profile, dropped = exclusions.apply(profile)
    misfits: dict[str, None] = dict.fromkeys(dropped)
    unknown = UnknownFields("unknown_fields", misfits)
    fields: dict[str, JsonValue] = {}
    for name, value in profile.items():
        if value is None or name == "user_id":
            continue
        if (check := TYPED_FIELDS.get(name)) is not None:
            fitting = check(value)
            if fitting is MISFIT:
                unknown.add_misfit(name, value, name)
            else:
                fields[name] = fitting
        elif name == "identities":
            _place_identities(value, fields, unknown, misfits, exclusions)
        elif name not in METADATA:
            unknown.add(name, value)
    _place_metadata(profile, fields, misfits, exclusions, dropped)
    if not exclusions.unknown_fields and (stored := unknown.stored()) is not None:
        fields["unknown_fields"] = stored
    if misfits:
        fields["misfit_fields"] = list(misfits)
    return fields


def _place_identities(
    value: JsonValue,
    fields: dict[str, JsonValue],
    unknown: UnknownFields,
    misfits: dict[str, None],
    exclusions: Exclusions,
) -> None:
    keep_unknown = not exclusions.identity_unknown_fields
    others: JsonValue = value
    if isinstance(value, list) and len(value) <= MAX_VALUES:
        fields["identities"], others = typed_identities(value, misfits, keep_unknown=keep_unknown)
        if not others:
            return
    if keep_unknown:
        unknown.add_misfit("identities", others, "identities")
    else:  # identities may be in it, with what is excluded
        misfits["identities"] = None


def _place_metadata(
    profile: dict[str, JsonValue],
    fields: dict[str, JsonValue],
    misfits: dict[str, None],
    exclusions: Exclusions,
    dropped: list[str],
) -> None:
    """Store the metadata and its tokens, one after the other whatever order they came in."""
    tokens: list[JsonValue] = []
    cut = any(map(is_metadata, dropped))
    for name in METADATA:
        if (value := profile.get(name)) is None:
            continue
        survey = Survey(name, value)
        if survey.fits and isinstance(value, dict):
            fields[name] = value
        else:
            fields[name] = as_text(value)
            misfits[name] = None
        tokens += survey.tokens
        cut = cut or survey.cut
    if exclusions.attributes:
        return
    if tokens:
        fields["attributes"] = tokens
    if cut:
        fields["attributes_truncated"] = True
