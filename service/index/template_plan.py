"""Which templates to write, given those that are there: a pure plan, or a refusal.

Templates only shape indices that are created later, so writing one harms nothing. A template of a
newer version stays: an older release that comes back must not undo it.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from service.index.change import Change
from service.index.errors import NameTaken, TemplateConflict
from service.index.names import IndexNames
from service.index.templates import OWNER

# OpenSearch's when a template says nothing.
_DEFAULT_PRIORITY: Final = 0


def plan_template(
    kind: str, name: str, wanted: Mapping[str, Any], present: Mapping[str, Any] | None
) -> list[Change]:
    """What writing a template changes, leaf by leaf; nothing when it is as wanted, or newer.

    kind: for people, such as "component template". Raises NameTaken.
    """
    what = f"{kind} {name}"
    if present is None:
        return [Change(what, None, f"version {wanted['version']}")]
    if present.get("_meta", {}).get("managed_by") != OWNER:
        raise NameTaken(
            f"the {what} is not ours (its _meta.managed_by is not {OWNER}): delete it "
            "if nothing needs it, or choose another name in USER_SYNC_INDEX"
        )
    if is_newer(present, wanted):
        return []
    before, after = dict(_leaves(present)), dict(_leaves(wanted))
    return [
        Change(f"{what}: {path}", before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def is_newer(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a later release of ours wrote the template that is there."""
    return int(present.get("version", 0)) > int(wanted["version"])


def check_rivals(
    names: IndexNames, wanted: Mapping[str, Any], others: Iterable[tuple[str, Mapping[str, Any]]]
) -> None:
    """Refuse when another index template would shape our indices in ours's place.

    others: every index template of the cluster by name. Raises TemplateConflict.
    """
    ours = int(wanted["priority"])
    for name, template in others:
        patterns = template.get("index_patterns", [])
        priority = int(template.get("priority", _DEFAULT_PRIORITY))
        if (
            name != names.template
            and priority >= ours
            and any(fnmatchcase(names.first, pattern) for pattern in patterns)
        ):
            raise TemplateConflict(
                f"the index template {name} (patterns {', '.join(patterns)}, priority {priority}) "
                f"also matches {names.first} and would be used in place of ours, of priority "
                f"{ours}: narrow its patterns or lower its priority, or choose another name in "
                "USER_SYNC_INDEX"
            )


def _leaves(value: object, path: str = "") -> Iterable[tuple[str, object]]:
    """Dotted path and value of everything but non-empty objects; scalars as OpenSearch's text."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield path, [inner if isinstance(inner, dict) else _text(inner) for inner in value]
    else:
        yield path, _text(value)


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, dict) else str(value)
