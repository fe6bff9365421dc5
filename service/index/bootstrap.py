"""Makes templates, index and aliases what this version needs: changes only what differs, says what.

Nothing is ever deleted and nothing of others touched. What stands in the way is refused before the
first change; what needs a new index is refused last, when all that can be had in place is there.
Two bootstraps at once end in the same state.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError

from service.index.aliases import AliasPlan, aliases_of_new_index, plan_aliases
from service.index.change import Change
from service.index.errors import NeedsNewIndex, TemplateConflict
from service.index.mapping_plan import plan_mapping
from service.index.names import IndexNames
from service.index.reason import reason_of
from service.index.template_plan import check_rivals, plan_template
from service.index.templates import Templates, load_templates
from service.index.unexpected import expecting_opensearch

# The names may be indices, aliases or nothing; closed and hidden indices count too.
_WHATEVER_IS_THERE: Final = {
    "ignore_unavailable": "true",
    "allow_no_indices": "true",
    "expand_wildcards": "all",
}
_REFRESH: Final = "refresh_interval"
_NO_REFRESH: Final = "-1"
_MERGES: Final = "merge_on_flush"
_EMPTY: Final = "it is empty: users who are there already come with user-sync import"

Report = Callable[[Change], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to write. By template name, the changes that writing it makes."""

    templates: dict[str, list[Change]]
    aliases: AliasPlan


@expecting_opensearch
async def bootstrap(
    client: AsyncOpenSearch,
    names: IndexNames,
    *,
    report: Report = lambda _change: None,
    creating: Callable[[], Awaitable[None]] | None = None,
) -> list[Change]:
    """Do what is missing; return what was done, nothing when all was there.

    report: told each change as soon as it is made, so that one is known of, too, when a later one
    is refused. creating: awaited when there is no index, before one is created: that may be done
    without an answer. Raises NeedsNewIndex and the other BootstrapErrors, and opensearch-py's
    exceptions.
    """
    changes: list[Change] = []

    def made(change: Change) -> None:
        changes.append(change)
        report(change)

    wanted = load_templates(names)
    indices = await find_indices(client, names)
    plan = await _plan(client, names, wanted, indices)
    await _write_templates(client, names, wanted, plan, made)
    if plan.aliases.live is None:
        if creating is not None:
            await creating()
        if await _create(client, names):
            behind = f"behind {names.readers}"
            made(Change(f"index {names.first}", None, behind, _EMPTY))
            return changes
        indices = await find_indices(client, names)
        plan = _Plan(plan.templates, plan_aliases(names, indices))
    live = plan.aliases.live
    if live is not None:
        await _align_aliases(client, plan.aliases, made)
        await _align_settings(client, live, wanted, indices[live], made)
        await _align_mapping(client, live, wanted, indices[live], made)
    return changes


async def find_indices(
    client: AsyncOpenSearch, names: IndexNames, *, timeout_seconds: float | None = None
) -> Mapping[str, Any]:
    """By name, every index behind our aliases or matching our pattern.

    Each with its `aliases`, `mappings` and `settings`. Raises opensearch-py's exceptions.
    """
    wanted = f"{names.readers},{names.writers},{names.pattern}"
    params = dict(_WHATEVER_IS_THERE)
    if timeout_seconds is not None:
        # Else a cluster without a manager, which says so by itself after 30 s, gives no answer.
        params["cluster_manager_timeout"] = f"{timeout_seconds * 500:.0f}ms"
    found: Mapping[str, Any] = await client.transport.perform_request(
        "GET", f"/{wanted}", params=params, timeout=timeout_seconds
    )
    return found


async def _plan(
    client: AsyncOpenSearch, names: IndexNames, wanted: Templates, indices: Mapping[str, Any]
) -> _Plan:
    """Everything that can be refused before anything is written is refused here."""
    answer = await client.indices.get_index_template()
    templates = {found["name"]: found["index_template"] for found in answer["index_templates"]}
    check_rivals(names, wanted.index, templates.items())
    changes = {
        name: plan_template("component template", name, component, await _component(client, name))
        for name, component in wanted.components.items()
    }
    changes[names.template] = plan_template(
        "index template", names.template, wanted.index, templates.get(names.template)
    )
    return _Plan(changes, plan_aliases(names, indices))


async def _component(client: AsyncOpenSearch, name: str) -> Mapping[str, Any] | None:
    try:
        answer = await client.cluster.get_component_template(name=name)
    except NotFoundError:
        return None
    template: Mapping[str, Any] = answer["component_templates"][0]["component_template"]
    return template


async def _write_templates(
    client: AsyncOpenSearch, names: IndexNames, wanted: Templates, plan: _Plan, made: Report
) -> None:
    for name, component in wanted.components.items():
        if plan.templates[name]:
            await client.cluster.put_component_template(name=name, body=component)
            _tell(made, plan.templates[name])
    if plan.templates[names.template]:
        try:
            await client.indices.put_index_template(name=names.template, body=wanted.index)
        except RequestError as error:
            reason = reason_of(error)
            if "same priority" in reason:
                raise TemplateConflict(
                    f"another index template claims indices of ours: {reason}. Narrow its patterns "
                    "or change its priority, or choose another name in USER_SYNC_INDEX"
                ) from error
            raise
        _tell(made, plan.templates[names.template])


async def _create(client: AsyncOpenSearch, names: IndexNames) -> bool:
    """Create the first index, at once with its aliases; False when another did meanwhile."""
    body = {"aliases": aliases_of_new_index(names)}
    try:
        await client.indices.create(index=names.first, body=body)
    except RequestError as error:
        if error.error == "resource_already_exists_exception":
            return False
        raise
    return True


async def _align_aliases(client: AsyncOpenSearch, plan: AliasPlan, made: Report) -> None:
    if plan.actions:
        await client.indices.update_aliases(body={"actions": plan.actions})
        _tell(made, plan.changes)


async def _align_settings(
    client: AsyncOpenSearch, live: str, wanted: Templates, found: Mapping[str, Any], made: Report
) -> None:
    """A refresh that a bulk load left off, merges if nobody chose: the rest is the operator's."""
    before, after = found["settings"]["index"], wanted.settings()["index"]
    lacking = [_REFRESH] if before.get(_REFRESH) == _NO_REFRESH else []
    if _MERGES not in before:
        lacking.append(_MERGES)
    if lacking:
        settings = {name: after[name] for name in lacking}
        await client.indices.put_settings(index=live, body={"index": settings})
    for name in lacking:
        made(Change(f"index {live}: {name}", before.get(name), after[name]))


async def _align_mapping(
    client: AsyncOpenSearch, live: str, wanted: Templates, found: Mapping[str, Any], made: Report
) -> None:
    plan = plan_mapping(
        wanted.mappings(),
        found["mappings"],
        wanted_analysis=wanted.settings()["index"]["analysis"],
        present_analysis=found["settings"]["index"].get("analysis", {}),
    )
    if plan.patch:
        await client.indices.put_mapping(index=live, body=plan.patch)
    for change in plan.changes:
        made(replace(change, what=f"index {live}: {change.what}"))
    if plan.differences:
        raise NeedsNewIndex(live, plan.differences)


def _tell(made: Report, changes: Iterable[Change]) -> None:
    for change in changes:
        made(change)
