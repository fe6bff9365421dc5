"""What OpenSearch's answer to a `_bulk` request means, as pure decisions.

A stale write is a success. What is our cluster's state and not the event's fault is retried for
ever. Only a document that OpenSearch refuses for what it holds is poison.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.index.reason import BLOCK, CLOSED, NO_INDEX
from service.journal.records import Outcome

# The user's id stands before this text and may hold anything: only the end of the reason counts.
_CONFLICT = re.compile(
    r"current version \[(\d+)\] is higher or equal to the one provided \[(\d+)\]\Z"
)

# Item errors with status 400 or 404 that speak of the index, not of the document.
_STATE_TYPES = frozenset(
    {
        "strict_dynamic_mapping_exception",
        NO_INDEX,
        CLOSED,
        "alias_not_found_exception",
        BLOCK,
        "no_shard_available_action_exception",
    }
)
_NO_WRITE_INDEX = "no write index is defined for alias"
_NO_PIPELINE = re.compile(r"pipeline with id \[.*\] does not exist", re.DOTALL)

# Where a type of error becomes a metric's label, only what looks like one.
_KIND = re.compile(r"[a-z][a-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class Settled:
    """The write is done, or needs no doing."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Poison:
    """The document itself is refused. code: stable; reason: OpenSearch's words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The cluster can't take the item now. code: OpenSearch's error type or `status_N`."""

    code: str
    reason: str


Verdict = Settled | Poison | Refused


class UnreadableAnswer(Exception):
    """Not the answer of a `_bulk` request: cut, or not OpenSearch's."""


_APPLIED = Settled(Outcome.APPLIED)
_STALE = Settled(Outcome.STALE)
_DUPLICATE = Settled(Outcome.DUPLICATE)


def judge_item(item: object) -> Verdict:
    """The verdict on one item of a `_bulk` answer, e.g. `{"index": {"status": 201}}`.

    Raises UnreadableAnswer when it is not such an item: nothing in the answer can be trusted then.
    """
    result = next(iter(item.values()), None) if isinstance(item, Mapping) else None
    status = result.get("status") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(status, int):
        raise UnreadableAnswer("an item of the bulk answer has no status")
    if status in (200, 201):
        return _APPLIED
    error = result.get("error")
    if not isinstance(error, Mapping):
        # A real delete of a user never seen: OpenSearch remembers the version all the same.
        return _APPLIED if status == 404 else Refused(f"status_{status}", "")
    kind = str(error.get("type"))
    if not _KIND.fullmatch(kind):
        kind = f"status_{status}"
    reason = str(error.get("reason") or "")
    if status == 409:
        conflict = _CONFLICT.search(reason)
        return _DUPLICATE if conflict and conflict[1] == conflict[2] else _STALE
    if status == 400 and kind not in _STATE_TYPES and not _speaks_of_the_index(reason):
        return Poison("rejected_by_opensearch", f"{kind}: {reason}")
    if status == 413:
        return Poison("too_large_for_opensearch", f"{kind}: {reason}")
    return Refused(kind, reason)


def _speaks_of_the_index(reason: str) -> bool:
    return _NO_WRITE_INDEX in reason or _NO_PIPELINE.fullmatch(reason) is not None


class Whole(StrEnum):
    """What to do after a `_bulk` request failed as a whole."""

    HALVE = "halve"
    RESEND = "resend"


def judge_request(status: int | None, error: object) -> Whole:
    """Halve on a 400 of OpenSearch's own or a 413; resend on everything else.

    status: HTTP status, None when there was no answer. error: the parsed body, if it was JSON.
    A 400 that isn't OpenSearch's (a proxy, TLS spoken to a plain port) says nothing about the
    documents: taking it for their fault would bury every one of them.
    """
    if status == 413:
        return Whole.HALVE
    own = isinstance(error, Mapping) and isinstance(error.get("error"), Mapping)
    if status == 400 and own:
        return Whole.HALVE
    return Whole.RESEND
