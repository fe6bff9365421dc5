"""What can be told of the index right now, for `/healthz`.

Asking changes nothing and never raises for what OpenSearch answers or doesn't: a fault is a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    OpenSearchException,
    SerializationError,
    SSLError,
    TransportError,
)

from service.index.advice import (
    CERTIFICATE,
    CREDENTIALS,
    DISCARD,
    LIFT,
    LOG,
    NO_TLS,
    ROLE,
    RUNS,
)
from service.index.aliases import IS_TOMBSTONE, behind, plan_aliases
from service.index.bootstrap import find_indices
from service.index.errors import BootstrapError
from service.index.names import IndexNames
from service.index.reason import distrust, is_block, named, reason_of
from service.index.unexpected import UnexpectedAnswer, expecting_opensearch

_NO_INDEX: Final = (
    "run user-sync bootstrap, then user-sync import with a new export: a new index is empty"
)
_NO_ALIAS: Final = "run user-sync bootstrap, or restore the alias"
_URL: Final = "check USER_SYNC_OPENSEARCH_URL, and what stands before OpenSearch (a proxy?)"


@dataclass(frozen=True, slots=True)
class IndexState:
    """One look at the cluster.

    live: the index in use, None when there is none. uuid: OpenSearch's name for it, which no other
    index ever has. health: green, yellow or red, of that index. users, tombstones: documents as of
    the last refresh. filled: the index that a rebuild fills, or has left. problem: for people;
    empty when the index can be written and searched, as far as its health lets it. advice: what to
    do about it, where the problem doesn't say so itself. What could not be asked is None.
    """

    live: str | None = None
    uuid: str | None = None
    health: str | None = None
    users: int | None = None
    tombstones: int | None = None
    filled: str | None = None
    problem: str = ""
    advice: str = ""


async def index_state(
    client: AsyncOpenSearch, names: IndexNames, *, timeout_seconds: float = 5.0
) -> IndexState:
    """Ask the cluster, five requests at most, each within timeout_seconds."""
    try:
        return await _look(client, names, timeout_seconds)
    except OpenSearchException as error:
        return _unreadable(error)


@expecting_opensearch
async def _look(client: AsyncOpenSearch, names: IndexNames, timeout_seconds: float) -> IndexState:
    asked = _Asking(client, timeout_seconds)
    indices = await find_indices(client, names, timeout_seconds=timeout_seconds)
    try:
        plan = plan_aliases(names, indices)
    except BootstrapError as refusal:
        return IndexState(problem=str(refusal))
    if plan.live is None:
        return IndexState(
            problem=f"there is no index behind {names.readers}: bootstrap creates it",
            advice=_NO_INDEX,
        )
    if plan.actions:
        missing = "; ".join(change.what for change in plan.changes)
        return IndexState(
            plan.live, problem=f"not as it should be: {missing}: bootstrap", advice=_NO_ALIAS
        )
    health = await asked.get(f"/_cluster/health/{plan.live}", timeout="0s")
    found = await asked.get("/_cluster/state/blocks")
    writing, reading = _blocks(plan.live, found, "write"), _blocks(plan.live, found, "read")
    filled = next(iter(behind(names.next, indices)), None)
    return IndexState(
        live=plan.live,
        uuid=indices[plan.live]["settings"]["index"]["uuid"],
        health=None if health is None else health.get("status"),
        users=await asked.count(names.readers, {"match_all": {}}),
        tombstones=await asked.count(names.writers, IS_TOMBSTONE),
        filled=filled,
        problem="; ".join(
            (*_forbidden("us write", writing), *_forbidden("anyone search", reading))
        ),
        advice=DISCARD if filled and writing else _about(writing + reading),
    )


class _Asking:
    """Requests that may be refused: a role can lack what only a report needs."""

    def __init__(self, client: AsyncOpenSearch, timeout_seconds: float) -> None:
        self._client = client
        self._timeout_s = timeout_seconds

    async def get(self, path: str, **params: str) -> Mapping[str, Any] | None:
        return await self._ask("GET", path, params, None)

    async def count(self, alias: str, query: Mapping[str, Any]) -> int | None:
        answer = await self._ask("POST", f"/{alias}/_count", {}, {"query": query})
        return None if answer is None else int(answer["count"])

    async def _ask(
        self, method: str, path: str, params: dict[str, str], body: object
    ) -> Mapping[str, Any] | None:
        try:
            answer: Mapping[str, Any] = await self._client.transport.perform_request(
                method, path, params=params, body=body, timeout=self._timeout_s
            )
        except OpenSearchException:
            return None
        return answer


def _blocks(live: str, answer: Mapping[str, Any] | None, level: str) -> tuple[str, ...]:
    """Descriptions of the blocks on the cluster and on the index that forbid writes, or reads."""
    blocks = (answer or {}).get("blocks", {})
    found = [*blocks.get("global", {}).values(), *blocks.get("indices", {}).get(live, {}).values()]
    return tuple(
        sorted({block["description"] for block in found if level in block.get("levels", ())})
    )


def _forbidden(what: str, blocks: tuple[str, ...]) -> tuple[str, ...]:
    return (f"OpenSearch does not let {what}: {', '.join(blocks)}",) if blocks else ()


def _about(blocks: tuple[str, ...]) -> str:
    """OpenSearch sets one kind of block itself, on a full disk; the others are a person's."""
    if any("allow delete" in block or "flood" in block for block in blocks):
        return "free disk on the OpenSearch nodes, then lift the block if it stays"
    return LIFT if blocks else ""


def _unreadable(error: OpenSearchException) -> IndexState:
    status = error.status_code if isinstance(error, TransportError) else None
    if status == 401:
        return IndexState(problem="OpenSearch refuses the credentials (401)", advice=CREDENTIALS)
    if isinstance(error, TransportError) and is_block(error):
        problem = f"OpenSearch has a block (403): {reason_of(error)}"
        return IndexState(problem=problem, advice=LIFT)
    if status == 403:
        return IndexState(problem="OpenSearch says the user may not (403)", advice=ROLE)
    if isinstance(status, int):
        advice = LOG if status >= 500 or status == 429 else _URL
        own = isinstance(error, TransportError) and isinstance(error.info, Mapping)
        told = named(error) if own else status  # a proxy's page isn't worth quoting
        return IndexState(problem=f"OpenSearch answers {told}", advice=advice)
    if isinstance(error, UnexpectedAnswer | SerializationError):
        problem = "what answers at OpenSearch's address is something else"
        return IndexState(problem=problem, advice=_URL)
    problem, advice = f"OpenSearch gives no answer ({type(error).__name__})", RUNS
    if isinstance(error, SSLError):
        problem, advice = "OpenSearch and we can't agree on TLS", NO_TLS
        if why := distrust(error):
            problem, advice = f"OpenSearch's certificate can't be verified ({why})", CERTIFICATE
    return IndexState(problem=problem, advice=advice)
