"""Where the two aliases should point, given what is there: a pure plan, or a refusal.

Readers search through an alias that leaves out tombstones; writers write through one that leads to
a single index. Only an index whose mapping says that it is ours is ever given an alias.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from service.index.change import Change
from service.index.errors import AliasConflict, IndexClosed, NameTaken
from service.index.names import IndexNames
from service.index.templates import OWNER

IS_TOMBSTONE: Final[dict[str, Any]] = {"exists": {"field": "deleted_at"}}

READERS_FILTER: Final[dict[str, Any]] = {"bool": {"must_not": [IS_TOMBSTONE]}}
"""The engine applies it to searches, not to reads by id."""


@dataclass(frozen=True, slots=True)
class AliasPlan:
    """live: the index in use, None when there is none yet. actions: of an `_aliases` request."""

    live: str | None
    actions: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def aliases_of_new_index(names: IndexNames) -> dict[str, Any]:
    """Both aliases, as the body of the request that creates the index."""
    return {names.readers: {"filter": READERS_FILTER}, names.writers: {"is_write_index": True}}


def plan_aliases(names: IndexNames, indices: Mapping[str, Any]) -> AliasPlan:
    """What to do about the aliases.

    indices: OpenSearch's answer about the names of both aliases and the index pattern: by index,
    its `aliases`, `mappings` and `settings`. Raises NameTaken, IndexClosed, AliasConflict.
    """
    for alias in (names.readers, names.writers):
        if alias in indices:
            raise NameTaken(
                f"an index is called {alias}, where an alias has to be. A write that came before "
                "the alias may have created it: if nothing in it is needed, delete it and "
                "bootstrap again; else choose another name in USER_SYNC_INDEX"
            )
        if any(found.get("data_stream") == alias for found in indices.values()):
            raise NameTaken(
                f"a data stream is called {alias}, where an alias has to be: choose another name "
                "in USER_SYNC_INDEX"
            )
    live = _live_index(names, indices)
    if live is None:
        return AliasPlan(None)
    if not _is_ours(indices[live]):
        raise NameTaken(
            f"the index {live} is not ours (its mapping's _meta.managed_by is not {OWNER}): choose "
            f"another name in USER_SYNC_INDEX, or rename that index or its aliases"
        )
    if _is_closed(indices[live]):
        raise IndexClosed(
            f"the index {live} is closed: nothing can be written to it or found in it. Open it "
            f"with POST /{live}/_open"
        )
    plan = AliasPlan(live)
    _plan_readers(plan, live, names, indices)
    _plan_writers(plan, live, names, indices)
    return plan


def _live_index(names: IndexNames, indices: Mapping[str, Any]) -> str | None:
    """The index in use; without a writers' alias, the only one that can be meant."""
    written = behind(names.writers, indices)
    if len(written) > 1:
        raise AliasConflict(
            f"the writers' alias {names.writers} points at {_listed(written)}: it has to point at "
            "one index. Remove it from the others with an _aliases request"
        )
    if written:
        return written[0]
    read = behind(names.readers, indices)
    candidates = read or [
        index
        for index, found in indices.items()
        if fnmatchcase(index, names.pattern) and (_is_ours(found) or index == names.first)
    ]
    if not read:
        _check_not_left(names, candidates, indices)
    if len(candidates) > 1:
        raise AliasConflict(
            f"the writers' alias {names.writers} is missing, and {_listed(candidates)} could be "
            "meant: add it to the one in use with an _aliases request"
        )
    return candidates[0] if candidates else None


def _check_not_left(names: IndexNames, candidates: list[str], indices: Mapping[str, Any]) -> None:
    """What rebuilds leave is no substitute for a lost index: neither an old one, in which users
    deleted since would be found again, nor a copy that was not finished."""
    unfinished = behind(names.next, indices)
    left = [index for index in candidates if index in unfinished or _is_blocked(indices[index])]
    if left and left == candidates:
        raise AliasConflict(
            f"neither {names.readers} nor {names.writers} leads to an index, and what is there is "
            f"blocked for writing or not finished, as a rebuild leaves it: {_listed(left)}. It may "
            "lack users, or have some who were deleted since. Delete it (DELETE "
            f"/{','.join(left)}), bootstrap, and import a new export. Or, to use one of them, lift "
            'its block (PUT /…/_settings {"index.blocks.write": null}), bootstrap, and run '
            "user-sync reconcile --repair --delete-surplus"
        )


def _plan_readers(
    plan: AliasPlan, live: str, names: IndexNames, indices: Mapping[str, Any]
) -> None:
    others = [index for index in behind(names.readers, indices) if index != live]
    if others:
        raise AliasConflict(
            f"the readers' alias {names.readers} points at {_listed(others)}, the writers' alias "
            f"{names.writers} at {live}: what is written isn't what is read. Point both at the "
            "index in use, with one _aliases request"
        )
    present = indices[live]["aliases"].get(names.readers)
    what = f"alias {names.readers} of {live}"
    if present is not None and present.get("filter") == READERS_FILTER:
        return
    if present is not None and "filter" in present:
        raise AliasConflict(
            f"the readers' alias {names.readers} has a filter of its own, and may show tombstones "
            f"or hide users: remove it, and bootstrap adds it with ours. Its filter: "
            f"{present['filter']}"
        )
    if present is None:
        plan.changes.append(Change(what, None, {"filter": READERS_FILTER}))
    else:
        plan.changes.append(Change(f"{what}: filter", None, READERS_FILTER))
    plan.actions.append({"add": {"index": live, "alias": names.readers, "filter": READERS_FILTER}})


def _plan_writers(
    plan: AliasPlan, live: str, names: IndexNames, indices: Mapping[str, Any]
) -> None:
    present = indices[live]["aliases"].get(names.writers)
    if present is not None and present.get("is_write_index") is True:
        return
    what = f"alias {names.writers} of {live}"
    if present is None:
        plan.changes.append(Change(what, None, {"is_write_index": True}))
    else:
        before = present.get("is_write_index")
        plan.changes.append(Change(f"{what}: is_write_index", before, True))
    plan.actions.append({"add": {"index": live, "alias": names.writers, "is_write_index": True}})


def behind(alias: str, indices: Mapping[str, Any]) -> list[str]:
    """Which of the indices, told as to plan_aliases, have the alias; in order."""
    return sorted(index for index, found in indices.items() if alias in found["aliases"])


def _is_ours(found: Mapping[str, Any]) -> bool:
    meta = found["mappings"].get("_meta", {})
    return isinstance(meta, Mapping) and meta.get("managed_by") == OWNER


def _is_closed(found: Mapping[str, Any]) -> bool:
    """OpenSearch sets this when it closes an index, and removes it when it opens it."""
    return str(found["settings"].get("index", {}).get("verified_before_close")).lower() == "true"


def _is_blocked(found: Mapping[str, Any]) -> bool:
    """A rebuild blocks an index of ours; whose another one is, it is told as a stranger's."""
    return _is_ours(found) and "write" in blocks_on(found)


def blocks_on(found: Mapping[str, Any]) -> list[str]:
    """The blocks of an index that are on, by OpenSearch's names; found: with its `settings`."""
    blocks = found.get("settings", {}).get("index", {}).get("blocks", {})
    return sorted(name for name, value in blocks.items() if str(value).lower() == "true")


def _listed(indices: list[str]) -> str:
    return " and ".join(indices)
