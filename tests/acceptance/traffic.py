"""Senders side by side, each like Auth0: what gets no 2xx is sent again, a few times."""

import asyncio
import random
from collections import Counter
from typing import Any, Self

import aiohttp
import orjson

from tests.acceptance.directory import Directory
from tests.acceptance.service_process import Service

# Auth0 waits 1, 2 and 4 s. Tests have less time: the number of tries is what counts.
PAUSES_S = (0.1, 0.2, 0.4)

_NO_ANSWER = 0
_REPEATED = 0.1
_BATCH = 0.1
_MOST_IN_BATCH = 8


class Traffic:
    """`async with Traffic(service, directory, chance) as traffic: …` posts until left.

    Some requests are batches, some acknowledged events are sent once more. pace_s: each sender's
    pause between two requests. answers: how often each status came, 0 being no answer at all.
    acknowledged: events answered 2xx.
    """

    def __init__(
        self,
        service: Service,
        directory: Directory,
        chance: random.Random,
        *,
        senders: int = 8,
        pace_s: float = 0.02,
    ) -> None:
        self.answers: Counter[int] = Counter()
        self.acknowledged = 0
        self.retry_after: set[str | None] = set()
        self._service = service
        self._directory = directory
        self._chance = chance
        self._pace_s = pace_s
        self._senders = senders
        self._leaving = False

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._service.headers)
        self._tasks = [asyncio.create_task(self._send()) for _ in range(self._senders)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Every sender brings what it has begun to its end."""
        self._leaving = True
        try:
            await asyncio.gather(*self._tasks)
        finally:
            await self._session.close()

    async def _send(self) -> None:
        while not self._leaving:
            batch = self._chance.random() < _BATCH
            count = self._chance.randint(2, _MOST_IN_BATCH) if batch else 1
            told = [self._directory.draw() for _ in range(count)]
            body = orjson.dumps(told if batch else told[0])
            await self._deliver(told, body)
            if self._chance.random() < _REPEATED:
                await self._deliver(told, body)
            await asyncio.sleep(self._pace_s)

    async def _deliver(self, told: list[dict[str, Any]], body: bytes) -> None:
        for pause_s in (*PAUSES_S, 0):
            status = await self._post(body)
            self.answers[status] += 1
            if 200 <= status < 300:
                self.acknowledged += len(told)
                for event in told:
                    self._directory.acknowledged(event)
                return
            await asyncio.sleep(pause_s)

    async def _post(self, body: bytes) -> int:
        try:
            async with self._session.post(self._service.webhook_url, data=body) as reply:
                if reply.status == 503:
                    self.retry_after.add(reply.headers.get("Retry-After"))
                return reply.status
        except (aiohttp.ClientError, OSError):
            return _NO_ANSWER
