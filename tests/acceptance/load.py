"""A sender that doesn't wait: events posted side by side, each with its answer remembered."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Self

import aiohttp
import orjson

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.service_process import Service

TIME = "2025-02-01T12:34:56.789Z"


class Load:
    """`async with Load(service) as load: …`: posts creations of new users until left.

    acknowledged: the users whose event was answered 2xx. answers: how often each status came; 0 is
    no answer at all.
    """

    def __init__(self, service: Service, *, senders: int = 8) -> None:
        self.acknowledged: list[str] = []
        self.answers: dict[int, int] = {}
        self._service = service
        self._senders = senders
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._service.headers)
        numbers = itertools.count()
        self._tasks = [asyncio.create_task(self._send(numbers)) for _ in range(self._senders)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _send(self, numbers: Iterator[int]) -> None:
        for _ in numbers:
            user_id = new_user_id()
            body = orjson.dumps(event("created", user_id, TIME))
            status = await self._post(body)
            self.answers[status] = self.answers.get(status, 0) + 1
            if 200 <= status < 300:
                self.acknowledged.append(user_id)
            elif status == 0:
                # Nobody listens for the moment: let whoever restarts it have the processor.
                await asyncio.sleep(0.01)

    async def _post(self, body: bytes) -> int:
        try:
            async with self._session.post(self._service.webhook_url, data=body) as reply:
                return reply.status
        except aiohttp.ClientError:
            return 0
