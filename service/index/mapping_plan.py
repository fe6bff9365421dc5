"""What has to change in an index's mapping and analysis: what can be in place, and what cannot.

Fields can be added to an index, and a few parameters changed. An analyser, a type, or how a field
is indexed can't: documents already written would keep the old form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from service.index.change import Change

# Parameters that OpenSearch lets a mapping update change.
_CHANGEABLE: Final = frozenset({"copy_to", "ignore_above", "ignore_malformed", "search_analyzer"})
_REWRITE: Final = "documents written before this are found by it once they are written again"
_NESTED: Final = frozenset({"properties", "fields"})


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """patch: body of a mapping update, empty when nothing is to update. changes: what it does.

    differences: what needs a new index.
    """

    patch: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    differences: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Usable:
    """What a patch may refer to: analysers and normalisers; paths of fields to copy to."""

    analysis: set[str]
    targets: set[str]

    def has_all_of(self, definition: object) -> bool:
        """Whether a field, with all below it, can be added and then takes documents."""
        return self.analysis >= _references(definition) and self.targets >= _copies(definition)


def plan_mapping(
    wanted: Mapping[str, Any],
    present: Mapping[str, Any],
    *,
    wanted_analysis: Mapping[str, Any],
    present_analysis: Mapping[str, Any],
) -> MappingPlan:
    """Compare mappings, and the analysis they rest on. What is there besides is left alone.

    What of a field can't be had in place keeps the rest of it from being patched: OpenSearch would
    refuse the update, or, with a copy that has nowhere to go, every document.
    """
    built_in = _references(wanted) - _names(wanted_analysis)
    known = _names(present_analysis) | built_in
    targets = _paths(wanted) | _paths(present)
    while True:
        plan = MappingPlan()
        _compare_analysis(plan, wanted_analysis, present_analysis)
        _compare_mapping(plan, wanted, present, _Usable(known, targets))
        # A field that can't be added is no target either, and what copies to it changes the plan.
        there = _paths(present) | _paths(plan.patch)
        if targets <= there:
            return plan
        targets &= there


def _compare_mapping(
    plan: MappingPlan, wanted: Mapping[str, Any], present: Mapping[str, Any], usable: _Usable
) -> None:
    for key in ("dynamic", "_meta"):
        if key in wanted and not _same(wanted[key], present.get(key)):
            plan.patch[key] = wanted[key]
            plan.changes.append(Change(f"mapping {key}", present.get(key), wanted[key]))
    properties = _compare_fields(
        plan, wanted.get("properties", {}), present.get("properties", {}), "", usable
    )
    if properties:
        plan.patch["properties"] = properties


def _compare_analysis(
    plan: MappingPlan, wanted: Mapping[str, Any], present: Mapping[str, Any]
) -> None:
    for kind, components in wanted.items():
        for name, definition in components.items():
            before = present.get(kind, {}).get(name)
            if not _same(definition, before):
                plan.differences.append(Change(f"analysis {kind} {name}", before, definition))


def _compare_fields(
    plan: MappingPlan,
    wanted: Mapping[str, Any],
    present: Mapping[str, Any],
    prefix: str,
    usable: _Usable,
    *,
    sub_fields: bool = False,
) -> dict[str, Any]:
    """The part of a mapping update for fields of one object, or sub-fields of one field."""
    patch: dict[str, Any] = {}
    for name, definition in wanted.items():
        path = f"{prefix}{name}"
        before = present.get(name)
        if before is not None:
            changed = _compare_field(plan, definition, before, path, usable)
            if changed:
                patch[name] = changed
        elif usable.has_all_of(definition):
            patch[name] = definition
            note = _REWRITE if sub_fields else ""
            plan.changes.append(Change(f"field {path}", None, definition, note))
        else:
            plan.differences.append(Change(f"field {path}", None, definition))
    return patch


def _compare_field(
    plan: MappingPlan,
    wanted: Mapping[str, Any],
    present: Mapping[str, Any],
    path: str,
    usable: _Usable,
) -> dict[str, Any]:
    """The whole of a field's new definition when something of it changes, else nothing.

    An update that leaves out a changeable parameter would set it to its default.
    """
    parameters = {key: value for key, value in present.items() if key not in _NESTED}
    own = MappingPlan()
    for key in sorted((wanted.keys() | parameters.keys()) - _NESTED):
        before, after = present.get(key), wanted.get(key)
        if _same(before, after):
            continue
        what = f"field {path}: {key}"
        if key in _CHANGEABLE and after is not None and usable.has_all_of({key: after}):
            parameters[key] = after
            own.changes.append(Change(what, before, after, _REWRITE if key == "copy_to" else ""))
        else:
            own.differences.append(Change(what, before, after))
    fixed = bool(own.differences)
    changed = bool(own.changes)
    for key in _NESTED:
        inner = _compare_fields(
            own,
            wanted.get(key, {}),
            present.get(key, {}),
            f"{path}.",
            usable,
            sub_fields=key == "fields",
        )
        if inner:
            parameters[key] = inner
            changed = True
    plan.differences.extend(own.differences)
    if fixed:
        plan.differences.extend(replace(change, note="") for change in own.changes)
        return {}
    plan.changes.extend(own.changes)
    return parameters if changed else {}


def _references(definition: object) -> set[str]:
    """Names of the analysers and normalisers that a field, with all below it, refers to."""
    if not isinstance(definition, Mapping):
        return set()
    found = {
        value
        for key, value in definition.items()
        if key in {"analyzer", "search_analyzer", "normalizer"} and isinstance(value, str)
    }
    return found.union(*(_references(value) for value in definition.values()))


def _copies(definition: object) -> set[str]:
    """Paths of the fields that a field, with all below it, is copied to."""
    if not isinstance(definition, Mapping):
        return set()
    targets = definition.get("copy_to", ())
    own = {targets} if isinstance(targets, str) else set(targets)
    return own.union(*(_copies(value) for value in definition.values()))


def _paths(mapping: Mapping[str, Any], prefix: str = "") -> set[str]:
    """Dotted paths of the fields of a mapping, or of an update of it; sub-fields aren't counted."""
    found = set()
    for name, definition in mapping.get("properties", {}).items():
        found |= {f"{prefix}{name}", *_paths(definition, f"{prefix}{name}.")}
    return found


def _names(analysis: Mapping[str, Any]) -> set[str]:
    return {*analysis.get("analyzer", ()), *analysis.get("normalizer", ())}


def _same(one: object, other: object) -> bool:
    """Equal as OpenSearch sees it: settings come back as text."""
    return _canonical(one) == _canonical(other)


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_canonical(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)
