"""`user-sync serve`: the composition root. Starts the stages, stops them without losing anything.

    Auth0 ──▶ receiver ──▶ journal ──▶ indexer ──▶ OpenSearch
              public       one file    _bulk         ▲
              door                                   │ bootstrap, once
    people ─▶ private door: search, console, health  │ housekeeping, hourly
    commands ─▶ control socket ─▶ journal            │ watch, every few seconds

The receiver listens before OpenSearch answers: an outage of the engine is invisible to the sender.
Stages know nothing of one another; they meet in the journal and in the index.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from service.clock import clock_us
from service.index.connection import connect
from service.index.names import IndexNames
from service.indexer.indexer import Indexer
from service.journal.control import ControlServer
from service.journal.journal import Journal
from service.observability.metrics import Metrics
from service.receiver.receiver import Receiver
from service.receiver.refusals import Refusal
from service.settings import Settings
from service.wiring import stage_options
from service.wiring.background import Background
from service.wiring.bootstrapping import Bootstrapping
from service.wiring.checks import Vitals
from service.wiring.housekeeping import Housekeeping, Retentions
from service.wiring.made_anew import MadeAnew
from service.wiring.private_door import open_private_door
from service.wiring.purged_mark import PurgedMark
from service.wiring.steady_clock import SteadyClock
from service.wiring.watch import IndexWatch

log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises JournalError, CannotListen: nothing was acknowledged then.
    """
    stopping = _stop_on_signals()
    names = stage_options.index_names(settings)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        journal = await Journal.open(
            settings.journal.path, stage_options.journal_options(settings), now_us=clock_us
        )
        stack.push_async_callback(journal.close)
        metrics.watch(journal, clock_us)
        client = connect(stage_options.opensearch_options(settings))
        stack.push_async_callback(client.close)

        purged = PurgedMark(journal)
        await purged.recall()
        made_anew = MadeAnew(journal, clock_us)
        indexer = Indexer(
            journal,
            client,
            names,
            stage_options.indexer_options(settings),
            metrics,
            now_us=clock_us,
            purged_us=purged.us,
        )
        housekeeping = Housekeeping(
            journal,
            client,
            names,
            _retentions(settings),
            purged,
            indexer.requests_over,
            clock_us,
            SteadyClock(clock_us),
        )
        bootstrapping = Bootstrapping(
            client, names, wanted=settings.index.bootstrap, creating=made_anew.note
        )

        def recovered() -> None:
            indexer.hurry()
            housekeeping.hurry()

        watch = IndexWatch(client, names, recovered=recovered, found=made_anew.found)
        background = Background(now_us=clock_us)
        vitals = Vitals(
            journal,
            indexer,
            bootstrapping,
            made_anew,
            watch,
            housekeeping,
            background,
            now_us=clock_us,
        )

        for reason in Refusal:
            metrics.requests_refused.labels(reason)

        def refused(reason: str) -> None:
            metrics.requests_refused.labels(reason).inc()
            vitals.refused(reason)

        receiver = Receiver(
            journal,
            stage_options.credentials(settings),
            stage_options.receiver_options(settings),
            refused=refused,
            now_us=clock_us,
        )
        control = ControlServer(journal, status=vitals.as_dict)
        await control.start()
        stack.push_async_callback(control.stop)
        await open_private_door(stack, settings, journal, metrics, vitals, now_us=clock_us)
        await receiver.start(settings.doors.host, settings.doors.port)
        _say_ready(settings, names, receiver)

        tasks = [
            background.start("bootstrapping", bootstrapping.run),
            background.start("watch", watch.run),
            background.start("look after bootstrapping", _after(bootstrapping, watch.look)),
            background.start("housekeeping", _after(bootstrapping, housekeeping.run)),
        ]
        indexing = background.start("indexer", _after(bootstrapping, indexer.run))
        try:
            await stopping.wait()
        finally:
            log.info("stopping", extra={"action": "stopping"})
            # Side by side: what is in flight settles while the last requests are answered.
            indexer.stop()
            settled = asyncio.create_task(
                _settled_or_cancelled(
                    indexing, settings.process.shutdown_timeout_seconds, started=bootstrapping.done
                )
            )
            await receiver.stop()
            await settled
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    left = journal.depth()
    log.info(
        "stopped; %d events wait in the journal", left, extra={"action": "stopped", "events": left}
    )


def _after(
    bootstrapping: Bootstrapping, run: Callable[[], Awaitable[None]]
) -> Callable[[], Awaitable[None]]:
    async def waiting() -> None:
        await bootstrapping.done.wait()
        await run()

    return waiting


async def _settled_or_cancelled(
    indexing: asyncio.Task[None], timeout_s: float, *, started: asyncio.Event
) -> None:
    """Give what is in flight time to settle. What isn't settled is claimed at the next start."""
    if started.is_set():
        await asyncio.wait({indexing}, timeout=timeout_s)
    indexing.cancel()
    await asyncio.gather(indexing, return_exceptions=True)


def _say_ready(settings: Settings, names: IndexNames, receiver: Receiver) -> None:
    if settings.index.deletion_mode == "delete":
        log.warning(
            "deletion mode is delete: OpenSearch forgets a deletion after index.gc_deletes, and a "
            "late update then brings the user back",
            extra={"action": "resurrection_possible"},
        )
    log.info(
        "ready: events posted to port %d go to the index behind %s",
        receiver.port,
        names.readers,
        extra={"action": "ready", "port": receiver.port, "index": names.readers},
    )


def _retentions(settings: Settings) -> Retentions:
    return Retentions(
        tombstones_us=settings.index.tombstone_retention_us,
        dead_letters_us=settings.journal.dead_letter_retention_us,
    )


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stopping.set)
    return stopping
