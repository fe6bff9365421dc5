"""A service under load, the directory that it mirrors, and what holds when a fault is over."""

import random

from tests.acceptance.directory import Directory
from tests.acceptance.service_process import Service
from tests.acceptance.traffic import Traffic
from tests.waiting import eventually

SEED = 11


class Site:
    """Everything that is sent to the service comes from `traffic()`."""

    def __init__(self, service: Service, *, users: int = 60) -> None:
        self.service = service
        self._chance = random.Random(SEED)
        self._directory = Directory(users, self._chance)

    def traffic(self, *, senders: int = 4, pace_s: float = 0.05) -> Traffic:
        """Load, at a pace that a busy machine keeps up with."""
        return Traffic(self.service, self._directory, self._chance, senders=senders, pace_s=pace_s)

    async def tells(self, check: str, *texts: str, within: float = 30) -> None:
        """Wait until a check of /healthz fails, saying all of this, with advice."""
        last = ""

        async def told() -> bool:
            nonlocal last
            found = (await self.service.health())["checks"][check]
            last = found["state"]
            return not found["ok"] and bool(found["advice"]) and all(t in last for t in texts)

        try:
            await eventually(told, within=within)
        except AssertionError:
            raise AssertionError(f"{check} should say {texts} and says {last!r}") from None

    async def well(self) -> None:
        """Wait until /healthz is content."""

        async def content() -> bool:
            status: str = (await self.service.health())["status"]
            return status == "ok"

        await eventually(content, what="a healthy /healthz")

    async def recovered(self, *, within: float = 60) -> None:
        """Wait until all is well; then what was acknowledged is in the index, and counted."""
        await self.service.drained(within=within)
        await self.well()
        documents = await self.service.documents(tombstones=True)
        assert self._directory.contradictions(documents) == []
        books = (await self.service.status())["journal"]["accounting"]
        assert books["balanced"], books
        assert books["dead_letters"] == 0
