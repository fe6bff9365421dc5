"""How a user's document stands to what an export says of the user; pure.

An export holds the fields that it was asked for. A field that none of its users has says nothing;
one that some have and this user hasn't says that this user has none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from service.documents.exclusion import Exclusions
from service.documents.fields import TYPED_FIELDS, date
from service.documents.identities import identifier
from service.documents.profile import METADATA, profile_fields
from service.documents.received import as_received
from service.events.event import Event
from service.events.event_time import optional_time
from service.events.json_value import JsonValue
from service.events.users_export import is_from_export
from service.events.version import LATEST_TIME_US

_IDENTITY: Final = "identities."
# Events and exports needn't agree on whether what is empty is there.
_NOTHING: Final[tuple[JsonValue, ...]] = (None, {}, [])


class Standing(StrEnum):
    """How a user of the index stands to the directory."""

    EQUAL = "equal"
    CHANGED_SINCE = "changed since"
    """They differ, but the index's state is from after the export was asked for."""
    MISSING = "missing"
    """The export has the user, the index doesn't, or has an older deletion."""
    OUTDATED = "outdated"
    """The index's profile is older: an event is missing."""
    DIFFERING = "differing"
    """Something else differs: what changes without an event, or was indexed differently."""
    SURPLUS = "surplus"
    """The index has a user from before the export was asked for, the export doesn't."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """fields: what differs of a user that is outdated or differing, by their names. silent: what
    the document has and could not be compared."""

    standing: Standing
    fields: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


class Named:
    """The fields that some user of an export has; those of identities as `identities.provider`.

    complete: these were asked for as well: whom they are missing of has none.
    """

    def __init__(self, complete: Iterable[str] = ()) -> None:
        self._names = set(complete)

    def add(self, profile: Mapping[str, JsonValue]) -> None:
        """One of the export's users."""
        self._names.update(profile)
        for identity in _objects(profile.get("identities")):
            self._names.update(_IDENTITY + name for name in identity)

    def __contains__(self, name: str) -> bool:
        return name in self._names


@dataclass(frozen=True, slots=True)
class _Differences:
    """Names, each once, in the order met."""

    fields: dict[str, None] = field(default_factory=dict)
    silent: dict[str, None] = field(default_factory=dict)


class ProfileComparison:
    """Judges users.

    named: of the whole export. exclusions: as the index's documents are made with. ignored: fields
    that may differ. exported_at_us: see state_of.
    """

    def __init__(
        self,
        named: Named,
        exclusions: Exclusions,
        ignored: Iterable[str] = (),
        *,
        exported_at_us: int,
    ) -> None:
        self._named = named
        self._exclusions = exclusions
        self._ignored = frozenset(ignored)
        self._exported_at_us = exported_at_us

    def judge(
        self,
        event: Event,
        found: Mapping[str, JsonValue] | None,
        *,
        latest_us: int = LATEST_TIME_US,
    ) -> Verdict:
        """event: what the export says of a user, with the time it was read. found: the document.

        latest_us: see state_of.
        """
        if found is None:
            return Verdict(Standing.MISSING)
        state = state_of(found, exported_at_us=self._exported_at_us, latest_us=latest_us)
        since = state.is_since(event.time_us)
        if "deleted_at" in found:
            return Verdict(Standing.CHANGED_SINCE if since else Standing.MISSING)
        expected = profile_fields(event.profile, self._exclusions)
        differences = self._differences(expected, found)
        if found.get("user_id") != event.user_id:
            differences.fields["user_id"] = None  # a search would show it as somebody else
        fields, silent = tuple(differences.fields), tuple(differences.silent)
        if not fields:
            return Verdict(Standing.EQUAL, silent=silent)
        if since:
            return Verdict(Standing.CHANGED_SINCE, silent=silent)
        stated, indexed = (optional_time(one.get("updated_at")) for one in (expected, found))
        outdated = stated is not None and (indexed is None or indexed.us < stated.us)
        return Verdict(Standing.OUTDATED if outdated else Standing.DIFFERING, fields, silent)

    def completed(
        self, profile: Mapping[str, JsonValue], found: Mapping[str, JsonValue] | None
    ) -> dict[str, JsonValue]:
        """The profile with what only the document has, as far as the export is silent about it.

        Put in the document's place, the profile alone would lose these.
        """
        if found is None or "deleted_at" in found:
            return dict(profile)
        before = as_received(found)
        kept = {
            name: value
            for name, value in before.items()
            if name not in self._named and name not in profile
        }
        whole = {**profile, **kept}
        identities = whole.get("identities")
        if isinstance(identities, list) and "identities" in self._named:
            whole["identities"] = self._completed_identities(identities, before.get("identities"))
        return whole

    def _differences(
        self, expected: Mapping[str, JsonValue], found: Mapping[str, JsonValue]
    ) -> _Differences:
        differences = _Differences()
        self._compare(as_received(expected), as_received(found), "", differences)
        if not differences.fields and not self._same_attributes(expected, found):
            differences.fields["attributes"] = None
        return differences

    def _compare(
        self,
        ours: Mapping[str, JsonValue],
        theirs: Mapping[str, JsonValue],
        prefix: str,
        differences: _Differences,
    ) -> None:
        """Member by member. prefix: what leads to them, in the names that are told."""
        for name in dict.fromkeys((*ours, *theirs)):
            path = prefix + name
            one, other = ours.get(name), theirs.get(name)
            if path in self._ignored or (one in _NOTHING and other in _NOTHING):
                continue
            if name not in ours and path not in self._named:
                differences.silent[path] = None
            elif path == "identities":
                self._compare_identities(one, other, differences)
            elif not _same_field(path, one, other):
                differences.fields[path] = None

    def _compare_identities(
        self, stated: JsonValue, indexed: JsonValue, differences: _Differences
    ) -> None:
        """In any order. What is none stands behind them, and is compared as it is."""
        if _same(stated, indexed):
            return
        ours, theirs = (sorted(_objects(one), key=_identity_key) for one in (stated, indexed))
        if len(ours) != len(theirs) or not _same(_no_objects(stated), _no_objects(indexed)):
            differences.fields["identities"] = None
            return
        for one, other in zip(ours, theirs, strict=True):
            self._compare(one, other, _IDENTITY, differences)

    def _same_attributes(
        self, expected: Mapping[str, JsonValue], found: Mapping[str, JsonValue]
    ) -> bool:
        """Of users whose metadata is the same: other attributes come from another mapping.

        They are of both metadata together, so with half of it they can't be compared; nor when they
        were cut, for which ones are left depends on their order.
        """
        if self._ignored.intersection(("attributes", *METADATA)):
            return True
        if any(name in found and name not in self._named for name in METADATA):
            return True
        if "attributes_truncated" in expected and "attributes_truncated" in found:
            return True
        return _tokens(expected) == _tokens(found)

    def _completed_identities(
        self, identities: list[JsonValue], before: JsonValue
    ) -> list[JsonValue]:
        known = {_identity_key(one): one for one in _objects(before)}
        completed: list[JsonValue] = []
        for identity in identities:
            if not isinstance(identity, dict):
                completed.append(identity)
                continue
            kept = {
                name: value
                for name, value in known.get(_identity_key(identity), {}).items()
                if _IDENTITY + name not in self._named and name not in identity
            }
            completed.append({**identity, **kept})
        return completed


class State(NamedTuple):
    """time_us: when what a document shows happened, µs since the epoch; 0 when it doesn't say.

    repaired: by an export of the same time, which can be another one, or was indexed otherwise: it
    is no newer, and a repair wouldn't outrank it.
    """

    time_us: int
    repaired: bool

    def is_since(self, time_us: int) -> bool:
        """Whether it happened at that time or later, so that a repair as of then leaves it."""
        return self.time_us >= time_us and not self.repaired


def state_of(found: Mapping[str, JsonValue], *, exported_at_us: int, latest_us: int) -> State:
    """As a document says.

    latest_us: of what can have happened by now. A later time is of no event that was taken: it is
    somebody else's word, which would hide the user from every comparison.
    """
    event = _object(found.get("event"))
    time = optional_time(event.get("time"))
    if time is None or time.us > latest_us:
        return State(0, repaired=False)
    ours = is_from_export(event.get("type"), event.get("id"))
    return State(time.us, repaired=ours and time.us == exported_at_us)


def _same_field(name: str, stated: JsonValue, indexed: JsonValue) -> bool:
    """Dates are the same when they name one instant."""
    if TYPED_FIELDS.get(name) is date:
        ours, theirs = optional_time(stated), optional_time(indexed)
        if ours and theirs:
            return ours.us == theirs.us
    return _same(stated, indexed)


def _same(ours: JsonValue, theirs: JsonValue) -> bool:
    """As JSON values: true is not 1, as it is to Python."""
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and ours.keys() == theirs.keys()
            and all(_same(value, theirs[name]) for name, value in ours.items())
        )
    if isinstance(ours, list):
        return (
            isinstance(theirs, list) and len(ours) == len(theirs) and all(map(_same, ours, theirs))
        )
    return isinstance(ours, bool) == isinstance(theirs, bool) and ours == theirs


def _tokens(document: Mapping[str, JsonValue]) -> list[str]:
    tokens = document.get("attributes")
    return sorted(map(str, tokens)) if isinstance(tokens, list) else []


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _no_objects(value: JsonValue) -> JsonValue:
    """What _objects leaves out."""
    if not isinstance(value, list):
        return value
    return [one for one in value if not isinstance(one, dict)]


def _identity_key(identity: Mapping[str, JsonValue]) -> tuple[str, str, str]:
    """Ids are strings in documents, at times integers of any size in profiles."""
    own_id = str(identifier(identity.get("user_id")))
    return str(identity.get("provider")), own_id, str(identity.get("connection"))
