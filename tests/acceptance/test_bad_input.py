"""Every row of bad_input.py through the real webhook, alone and in one batch, with neighbours.

Never a 5xx, never a stuck batch, never a lost neighbour, never a user lost where only a field was
wrong; and the accounting balances.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp

from service.journal.access import connect
from service.journal.options import JournalOptions
from tests.acceptance.bad_input import (
    Counted,
    DeadLetter,
    Indexed,
    Refused,
    Row,
    Tombstone,
    event,
    rows,
)
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service


class Sent:
    """A row as it was posted."""

    def __init__(self, row: Row) -> None:
        mark = uuid.uuid4().hex
        self.row = row
        self.body = row.body.replace(b"USER", mark.encode()).replace(b"EVENT", mark.encode())
        self.mark = mark

    def document(self, found: Mapping[str, Any]) -> Any:
        """Its user, by the mark in the id; None when there is none."""
        return next((found[user] for user in found if self.mark in user), None)


async def post(service: Service, body: bytes) -> int:
    """The answer's status. (A body given as bytes makes aiohttp warn when it is large.)"""
    async with (
        aiohttp.ClientSession(headers=service.headers) as session,
        session.post(service.webhook_url, data=BytesIO(body)) as reply,
    ):
        return reply.status


async def buried(service: Service) -> Counter[tuple[bytes, str]]:
    """Body and code of every dead letter."""
    path = Path(service.settings["JOURNAL_PATH"])
    letters: Counter[tuple[bytes, str]] = Counter()
    async with connect(path, JournalOptions(), create=False) as journal:
        for summary in await journal.dead_letters.page(limit=1_000):
            letter = await journal.dead_letters.get(summary.seq)
            assert letter is not None
            letters[letter.body, letter.code] += 1
    return letters


def as_stated(
    sent: Sequence[Sent], found: Mapping[str, Any], letters: Counter[tuple[bytes, str]]
) -> list[str]:
    """Every row whose outcome isn't the stated one, with what is there instead."""
    wrong: list[str] = []
    for one in sent:
        document = one.document(found)
        match one.row.outcome:
            case Indexed(misfits, holds):
                document = document or {"misfit_fields": "no document"}
                there = {name: document.get(name) for name in ("deleted_at", *holds)}
                right = there == {"deleted_at": None, **holds}
                right &= document.get("misfit_fields", []) == list(misfits)
            case Tombstone(deleted_at):
                right = (document or {}).get("deleted_at") == deleted_at
            case DeadLetter(code):
                # Alone, an array is a batch, and its element what is kept.
                kept = letters[one.body, code] or letters[one.body[1:-1], code]
                right = document is None and kept > 0
            case Counted() | Refused():
                right = document is None and not any(one.body == body for body, _ in letters)
        if not right:
            misfits = document and document.get("misfit_fields")
            wrong.append(f"{one.row.name}: {misfits} {str(document)[:200]}")
    return wrong


def neighbours(count: int) -> list[Sent]:
    """Good events."""
    return [Sent(Row("neighbour", event({}), Indexed())) for _ in range(count)]


async def test_every_row_has_its_outcome(service: StartService) -> None:
    one = await service(TENANT="acme", BODY_LIMIT="8MiB")
    table = list(rows())

    alone = [Sent(row) for row in table]
    good = neighbours(len(alone))
    for sent, neighbour in zip(alone, good, strict=True):
        expected = sent.row.outcome.status if isinstance(sent.row.outcome, Refused) else 204
        statuses = await asyncio.gather(post(one, sent.body), post(one, neighbour.body))
        assert tuple(statuses) == (expected, 204), sent.row.name
    await one.drained()
    found = await one.documents(tombstones=True)
    assert as_stated([*alone, *good], found, await buried(one)) == []

    batched = [Sent(row) for row in table if not isinstance(row.outcome, Refused)]
    batched = [sent for sent in batched if sent.body != b"[]"]  # in a batch, a list is no event
    between = neighbours(len(batched) + 1)
    elements = [between[0].body]
    for sent, neighbour in zip(batched, between[1:], strict=True):
        elements += [sent.body, neighbour.body]
    assert await post(one, b"[" + b",".join(elements) + b"]") == 204
    await one.drained()
    found = await one.documents(tombstones=True)
    assert as_stated([*batched, *between], found, await buried(one)) == []

    outcomes = Counter(
        sent.row.outcome.name
        for sent in (*alone, *batched)
        if isinstance(sent.row.outcome, Counted) and sent.row.outcome.name
    )
    books = (await one.status())["journal"]["accounting"]
    assert books["balanced"]
    assert {name: books[name] for name in outcomes} == outcomes
    dead = sum(isinstance(sent.row.outcome, DeadLetter) for sent in (*alone, *batched))
    assert books["dead_letters"] == dead
    refused = Counter(s.row.outcome.status for s in alone if isinstance(s.row.outcome, Refused))
    for reason, status in (("not_json", 400), ("too_large", 413)):
        series = f'user_sync_requests_refused_total{{reason="{reason}"}}'
        assert await one.metric(series) == refused[status]
