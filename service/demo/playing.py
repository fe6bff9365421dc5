"""Plays the steps: posts as Auth0 does, waits until all is settled, then asks the index."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from service.demo.checking import (
    balance_differences,
    count_differences,
    growth,
    index_differences,
)
from service.demo.errors import DemoError
from service.demo.events import UserEvent
from service.demo.reading import IndexReader
from service.demo.story import Delivery, Result, Step
from service.demo.telling import Teller
from service.journal.access import JournalAccess
from service.journal.records import Accounting

_AT_ONCE: Final = 16
_SETTLED_SECONDS: Final = 60.0
_SEARCHABLE_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.01


@dataclass(slots=True)
class Stage:
    """Where the story is played: the webhook with what opens it, the journal, the index."""

    session: aiohttp.ClientSession
    webhook_url: str
    token: str
    journal: JournalAccess
    index: IndexReader


@dataclass(slots=True)
class Player:
    """Plays step after step and remembers what has to be there by now."""

    stage: Stage
    teller: Teller
    expected: dict[str, UserEvent] = field(default_factory=dict)
    posted: int = 0
    differences: list[str] = field(default_factory=list)

    async def play(self, number: int, step: Step) -> None:
        """One step, told. Raises DemoError, opensearch-py's exceptions, JournalError."""
        self.teller.step_begins(number, step)
        if step.gc_deletes:
            await self.stage.index.forget_deletes_after(step.gc_deletes)
        self.expected |= {event.user_id: event for event in step.leaves}
        before = await self.stage.journal.accounting()
        began = time.monotonic()
        posted_s = None
        if step.one_by_one:
            searchable_s = await self._one_by_one(step, began)
        else:
            await self._all_at_once(step.deliveries)
            posted_s = time.monotonic() - began
            searchable_s = await self._searchable(began)
        grown = growth(before, await self._settled())
        index = await self.stage.index.refreshed()
        differences = [
            *index_differences(self.expected.values(), index),
            *count_differences(step.counts, grown),
        ]
        self.differences += differences
        result = Result(grown, posted_s, searchable_s if "applied" in grown else None)
        self.teller.step_ends(step, index, result, differences)

    async def balance(self) -> Accounting:
        """The accounting of the whole story, checked."""
        figures = await self._settled()
        self.differences += balance_differences(figures, self.posted)
        return figures

    async def _one_by_one(self, step: Step, began: float) -> float:
        searchable_s = 0.0
        for delivery in step.deliveries:
            self.teller.delivered(step, delivery, await self._post(delivery))
            if not searchable_s:
                searchable_s = await self._searchable(began)
            await self._settled()
        return searchable_s

    async def _all_at_once(self, deliveries: Sequence[Delivery]) -> None:
        waiting = iter(deliveries)

        async def post_some() -> None:
            for delivery in waiting:
                await self._post(delivery)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(_AT_ONCE):
                    group.create_task(post_some())
        except* DemoError as errors:
            raise errors.exceptions[0] from None

    async def _post(self, delivery: Delivery) -> int:
        headers = {
            "Authorization": f"Bearer {self.stage.token}",
            "Content-Type": delivery.content_type,
        }
        try:
            async with self.stage.session.post(
                self.stage.webhook_url, data=delivery.body, headers=headers
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoError(f"the webhook does not answer: {type(error).__name__}") from error
        if status == 204:
            self.posted += len(delivery.messages)
        else:
            self.differences.append(f"the webhook answered {status}, should be 204")
        return status

    async def _settled(self) -> Accounting:
        """The accounting once the journal is empty."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while (figures := await self.stage.journal.accounting()).journal:
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{figures.journal} events still wait in the journal after "
                    f"{_SETTLED_SECONDS:g} s"
                )
            await asyncio.sleep(_POLL_SECONDS)
        return figures

    async def _searchable(self, began: float) -> float:
        """Seconds until a search finds what is expected; after the deadline, until then."""
        while True:
            found = await self.stage.index.snapshot()
            passed = time.monotonic() - began
            if not index_differences(self.expected.values(), found) or passed > _SEARCHABLE_SECONDS:
                return passed
            await asyncio.sleep(_POLL_SECONDS)
