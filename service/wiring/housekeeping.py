"""What has to be done now and then: purge old tombstones, expire old dead letters."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from service.events.event import parse_event
from service.events.poison import PoisonCode, PoisonEvent
from service.index.advice import advice_on
from service.index.names import IndexNames
from service.index.purge import purge_tombstones
from service.index.reason import named
from service.journal.errors import JournalError
from service.journal.journal import Journal
from service.observability.health import Check
from service.wiring.purged_mark import PurgedMark
from service.wiring.steady_clock import SteadyClock

log = logging.getLogger(__name__)

_HOUR_S = 3600.0
# Who reads /healthz needn't read for a minute of a request that failed once.
_FIRST_AGAIN_AFTER_S = 1.0
_AGAIN_AFTER_S = 60.0
_SHARE_OF_RETENTION = 10

_ADVICE_OTHERWISE = (
    "the checks `opensearch` and `journal` say what is wrong, or else OpenSearch's own log"
)


@dataclass(frozen=True, slots=True)
class Retentions:
    """How long things are kept, µs."""

    tombstones_us: int
    dead_letters_us: int

    @property
    def every_s(self) -> float:
        """Pause between two rounds: an hour, or less where something is kept for hours only."""
        shortest_s = min(self.tombstones_us, self.dead_letters_us) / 1e6
        return min(_HOUR_S, max(1.0, shortest_s / _SHARE_OF_RETENTION))


class Housekeeping:
    """Keeps house until cancelled.

    purged: moved before tombstones go. requests_over: returns when no document is on its way to
    OpenSearch whose sending was decided before the call. steady: whether now_us can be believed.
    """

    def __init__(
        self,
        journal: Journal,
        client: AsyncOpenSearch,
        names: IndexNames,
        retentions: Retentions,
        purged: PurgedMark,
        requests_over: Callable[[], Awaitable[None]],
        now_us: Callable[[], int],
        steady: SteadyClock,
    ) -> None:
        self._journal = journal
        self._client = client
        self._names = names
        self._retentions = retentions
        self._purged = purged
        self._requests_over = requests_over
        self._now_us = now_us
        self._steady = steady
        self._jumped_s = 0.0
        self._put_off = ""
        self._advice = ""
        self._sooner = asyncio.Event()

    def check(self) -> Check:
        """Whether the last round did all that was due; a clock that jumped makes it wait."""
        if self._jumped_s:
            return Check(
                "housekeeping",
                True,
                f"this clock jumped ahead by {self._jumped_s / 3600:.1f} h: what seems to be over "
                "its retention stays for a day more, or until a restart",
            )
        if not self._put_off:
            return Check("housekeeping", True, "what is over its retention is removed")
        return Check(
            "housekeeping",
            False,
            f"tombstones and dead letters over their retention stay for now ({self._put_off})",
            self._advice,
        )

    def hurry(self) -> None:
        """Do at once what was put off: what stood in the way may be gone."""
        if self._put_off:
            self._sooner.set()

    async def run(self) -> None:
        """One round now, and one each interval; after one that failed, sooner."""
        every_s = self._retentions.every_s
        again_s = _FIRST_AGAIN_AFTER_S
        while True:
            self._sooner.clear()
            await self.round()
            pause_s = every_s
            if self._put_off:
                pause_s = min(every_s, again_s)
                again_s = min(2 * again_s, _AGAIN_AFTER_S)
            else:
                again_s = _FIRST_AGAIN_AFTER_S
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._sooner.wait()

    async def round(self) -> None:
        """Do what is due. What fails is done in the next round."""
        if self._clock_jumped():
            return
        now = self._now_us()
        try:
            expired = await self._expire_dead_letters(now)
            if expired:
                log.warning(
                    "%d dead letters were older than their retention and are dropped",
                    expired,
                    extra={"action": "dead_letters_expired", "events": expired},
                )
            # Where deletions leave no tombstones any more, earlier ones still go.
            purged = await purge_tombstones(
                self._client,
                self._names,
                older_than_us=now - self._retentions.tombstones_us,
                remember=self._remember,
            )
            if purged:
                log.info(
                    "%d tombstones were older than their retention and are purged",
                    purged,
                    extra={"action": "tombstones_purged", "tombstones": purged},
                )
        except (OpenSearchException, JournalError) as error:
            if not self._put_off:
                log.info(
                    "housekeeping is put off (%s)",
                    named(error),
                    extra={"action": "housekeeping_put_off"},
                )
            self._put_off = named(error)
            self._advice = advice_on(error) or _ADVICE_OTHERWISE
        else:
            self._put_off = ""

    def _clock_jumped(self) -> bool:
        before_s, self._jumped_s = self._jumped_s, self._steady.jumped_s(self._retentions.every_s)
        if self._jumped_s and not before_s:
            log.warning(
                "the clock jumped ahead: nothing is removed as too old for a day, or until a "
                "restart; see whether it is right",
                extra={"action": "clock_jumped", "seconds": round(self._jumped_s)},
            )
        return self._jumped_s > 0

    async def _expire_dead_letters(self, now_us: int) -> int:
        """Those of a time when this clock was slow seem older than they are: their events tell."""
        since_us = now_us - self._retentions.dead_letters_us

        def is_younger(body: bytes) -> bool:
            try:
                return parse_event(body, now_us=now_us, future_tolerance_us=0).time_us >= since_us
            except PoisonEvent:  # it is ahead of this clock too
                return False

        return await self._journal.dead_letters.expire(
            since_us, spared={PoisonCode.TIME_IN_FUTURE: is_younger}
        )

    async def _remember(self, newest_us: int) -> None:
        """Durable before the tombstones go: from then on, older events need a person's word.

        What was sent before that has arrived by then, and met the tombstones.
        """
        await self._purged.move(newest_us)
        await self._requests_over()
