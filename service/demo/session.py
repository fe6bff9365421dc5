"""The demo from its first line to its last: what it starts, in which order, and how it ends."""

import asyncio
import os
import secrets
import shlex
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, suppress
from pathlib import Path
from typing import Final

import aiohttp
from opensearchpy.exceptions import OpenSearchException

from service.clock import clock_us
from service.demo import history, next_steps
from service.demo.closing import accounting_table, users_table
from service.demo.cluster import URL_VARIABLE, Cluster, named_cluster, own_node
from service.demo.doors import WantedPorts
from service.demo.errors import DemoError
from service.demo.folder import own_folder
from service.demo.health import until_healthy
from service.demo.interruption import interruptible
from service.demo.next_steps import ENV_FILE, Demo
from service.demo.page import Page
from service.demo.playing import Player, Stage
from service.demo.reading import IndexReader
from service.demo.service_process import ServiceProcess
from service.demo.telling import Teller
from service.demo.watching import watch
from service.index.connection import connect
from service.journal.access import connect as connect_journal
from service.journal.errors import JournalError
from service.journal.options import JournalOptions
from service.settings import Settings

_READING_SECONDS: Final = 1.5  # between two steps, for a person
_REQUEST = aiohttp.ClientTimeout(total=30)
_END_SECONDS: Final = 0.5
_JOURNAL: Final = "journal.db"


def run(settings: Settings, *, once: bool) -> int:
    """Play the demo; its exit code. once: end after the story, which is told without pauses.

    Raises what has a message for people: DemoError, EngineError, JournalError, InvalidCaFile and
    opensearch-py's exceptions.
    """
    session = _Session(settings, once=once)
    with interruptible() as interruption:
        with ExitStack() as stack:
            try:
                session.play(stack)
            except KeyboardInterrupt:
                interruption.no_more()
                interruption.final = True
                if session.code is None:
                    session.code = interruption.exit_code
                with suppress(OSError):  # the terminal may be gone
                    session.teller.stopping()
            finally:
                interruption.no_more()
        if interruption.final:
            with suppress(OSError):
                session.teller.stopped()
    assert session.code is not None
    return session.code


class _Session:
    """One run. code: the exit code, once it is known."""

    def __init__(self, settings: Settings, *, once: bool) -> None:
        self.code: int | None = None
        self.teller = Teller(Page())
        self._settings = settings
        self._once = once
        self._unhurried = not once and self.teller.page.console.is_terminal

    def play(self, stack: ExitStack) -> None:
        """Start everything, each part entered into the stack; tell the story; stay, if wanted."""
        self.teller.opening()
        folder = stack.enter_context(own_folder())
        cluster = stack.enter_context(self._cluster(folder))
        service = self._start_service(stack, folder, cluster)
        demo = Demo(service.doors, cluster, folder)
        try:
            asyncio.run(self._tell(demo, service))
        except (JournalError, DemoError, OpenSearchException) as error:
            time.sleep(_END_SECONDS)  # an end shows in the process a little later
            service.require()
            cluster.require()
            if cluster.node is None or not isinstance(error, OpenSearchException):
                raise
            raise DemoError(f"OpenSearch at {cluster.options.url}: {error}") from None

    def _cluster(self, folder: Path) -> AbstractContextManager[Cluster]:
        if not os.environ.get(URL_VARIABLE, "").strip():
            return own_node(folder, self.teller)
        index = f"auth0-users-demo-{secrets.token_hex(3)}"
        return named_cluster(self._settings, index, self.teller)

    def _start_service(self, stack: ExitStack, folder: Path, cluster: Cluster) -> ServiceProcess:
        began = time.monotonic()
        settings = {
            **cluster.environ,
            "USER_SYNC_INDEX": cluster.names.name,
            "USER_SYNC_JOURNAL_PATH": str(folder / _JOURNAL),
            "USER_SYNC_JOURNAL_MIN_FREE_BYTES": "1MiB",
            "USER_SYNC_LOG_FORMAT": "json",
        }
        with self.teller.page.waiting("user-sync serve starts"):
            service = ServiceProcess(folder, settings, _wanted_ports(self._settings))
            stack.enter_context(service)
            until_healthy(service)
        took = f"in {time.monotonic() - began:.1f} s"
        self.teller.started("user-sync serve", service.doors.webhook_url, took)
        _write_environment(folder / ENV_FILE, service.settings())
        return service

    async def _tell(self, demo: Demo, service: ServiceProcess) -> None:
        async with AsyncExitStack() as stack:
            client = connect(demo.cluster.options)
            stack.push_async_callback(client.close)
            stage = Stage(
                await stack.enter_async_context(aiohttp.ClientSession(timeout=_REQUEST)),
                demo.doors.webhook_url,
                demo.doors.token,
                await stack.enter_async_context(
                    connect_journal(demo.folder / _JOURNAL, JournalOptions(), create=False)
                ),
                IndexReader(client, demo.cluster.names),
            )
            player = Player(stage, self.teller)
            now_us, seed = clock_us(), secrets.randbits(32)
            for number, step in enumerate(history.history(now_us, seed), 1):
                if self._unhurried:
                    await asyncio.sleep(_READING_SECONDS)
                await player.play(number, step)
            figures = await player.balance()
            users_table(self.teller.page, await stage.index.refreshed())
            accounting_table(self.teller.page, figures)
            self.code = self.teller.verdict(player.differences, seed)
            if not self._once:
                next_steps.show(self.teller.page, demo)
                await watch(demo, service, stage, self.teller.page)


def _wanted_ports(settings: Settings) -> WantedPorts:
    """Those that are set; the service's defaults are only preferred."""
    doors = settings.doors
    public = doors.port if os.environ.get("USER_SYNC_PORT", "").strip() else None
    private = doors.private_port if os.environ.get("USER_SYNC_PRIVATE_PORT", "").strip() else None
    return public or None, private or None


def _write_environment(path: Path, settings: Mapping[str, str]) -> None:
    """For other commands in another shell; without the person's own password."""
    lines = [
        f"export {name}={shlex.quote(text)}\n"
        for name, text in settings.items()
        if name != "USER_SYNC_OPENSEARCH_PASSWORD"
    ]
    path.touch(mode=0o600)
    path.write_text("".join(lines), encoding="utf-8")
