"""Dead letters over HTTP values: listed, shown, replayed, dropped, followed.

All of a reason means those that were there when it was first asked for: what becomes a dead letter
meanwhile, or again, is left; by further requests too, when they pass `up_to` on.
"""

import base64
from collections.abc import Callable, Collection, Sequence
from typing import Any

from service.admin.seq_ranges import Range, ranges, show
from service.events.timestamp import format_us
from service.journal.journal import Journal
from service.journal.records import DeadLetter, DeadLetterSummary

PAGE = 500
MOST_AT_ONCE = 10_000
"""Dead letters that one request replays or drops; the answer's `more` says there are others."""


def summary(letter: DeadLetterSummary) -> dict[str, Any]:
    """JSON values, nothing of the body. `reason` is the code that groups them."""
    return {
        "seq": letter.seq,
        "received": format_us(letter.received_us),
        "failed": format_us(letter.failed_us),
        "reason": letter.code,
        "detail": letter.reason,
        "attempts": letter.attempts,
        "type": letter.type,
        "size": letter.size,
    }


def body(letter: DeadLetter) -> dict[str, str]:
    """The body as received: as text when it is UTF-8, else in base64."""
    try:
        return {"body": letter.body.decode(), "body_encoding": "utf-8"}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(letter.body).decode(), "body_encoding": "base64"}


async def page(journal: Journal, *, reason: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page, oldest first, with the counts of all reasons. Raises JournalUnavailable."""
    # Before the counts: nothing goes by this number that wasn't counted.
    up_to = await journal.dead_letters.newest(code=reason)
    letters = await journal.dead_letters.page(limit=limit + 1, after=after, code=reason)
    codes = await journal.dead_letters.codes()
    shown = letters[:limit]
    return {
        "dead_letters": [summary(letter) for letter in shown],
        "total": sum(codes.values()) if reason is None else codes.get(reason, 0),
        "by_reason": codes,
        "up_to": up_to,
        "next": shown[-1].seq if len(letters) > limit else None,
    }


async def replay(
    journal: Journal,
    seqs: Sequence[int],
    *,
    force: bool,
    done: Callable[[Collection[int]], None],
) -> dict[str, Any]:
    """Put these back into the journal; the answer says under which new numbers.

    done: told the old seqs, as each part of them is back. Raises JournalUnavailable.
    """
    new_seqs: dict[int, int] = {}
    for start in range(0, len(seqs), PAGE):
        found = await journal.dead_letters.replay_renumbered(
            seqs[start : start + PAGE], force=force
        )
        done(found)
        new_seqs |= found
    return {
        "replayed": len(new_seqs),
        "new_seqs": show(ranges(new_seqs.values())),
        "not_found": sorted(set(seqs) - new_seqs.keys()),
    }


async def drop(
    journal: Journal, seqs: Sequence[int], *, done: Callable[[Sequence[int], int], None]
) -> dict[str, Any]:
    """Remove these for good. done: told the seqs and how many of them there were."""
    dropped = 0
    for start in range(0, len(seqs), PAGE):
        part = seqs[start : start + PAGE]
        found = await journal.dead_letters.drop(part)
        done(part, found)
        dropped += found
    return {"dropped": dropped, "not_found": len(set(seqs)) - dropped}


async def of_reason(journal: Journal, reason: str, last: int) -> tuple[list[int], bool]:
    """The oldest dead letters of a reason, at most MOST_AT_ONCE, none beyond last; whether there
    are more."""
    found: list[int] = []
    while len(found) <= MOST_AT_ONCE:
        after = found[-1] if found else 0
        letters = await journal.dead_letters.page(limit=PAGE, after=after, code=reason)
        found += [letter.seq for letter in letters if letter.seq <= last]
        if len(letters) < PAGE or letters[-1].seq >= last:
            break
    return found[:MOST_AT_ONCE], len(found) > MOST_AT_ONCE


async def whereabouts(journal: Journal, stretches: Sequence[Range]) -> dict[str, Any]:
    """What became of replayed events.

    `waiting` to be indexed, dead letters again by reason, outcomes of the rest as far as this
    process remembers them, and `left` for those it doesn't: settled, or replayed again or dropped.
    """
    waiting = 0
    again: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    for first, last in stretches:
        found = await journal.whereabouts(first, last)
        waiting += found.waiting
        for code, count in found.dead_letters.items():
            again[code] = again.get(code, 0) + count
        for outcome, count in found.outcomes.items():
            outcomes[outcome.value] = outcomes.get(outcome.value, 0) + count
    events = sum(last - first + 1 for first, last in stretches)
    known = waiting + sum(again.values()) + sum(outcomes.values())
    return {
        "events": events,
        "waiting": waiting,
        "dead_letters": again,
        "outcomes": outcomes,
        "left": max(0, events - known),
    }
