"""`user-sync verify`: the documentation's three steps against a live deployment.

Create, update and delete a canary user through the webhook, and see each in a search as any reader
would. Whatever goes wrong on the way, the canary doesn't stay.
"""

import asyncio
import math
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import click

from service.clock import clock_us
from service.commands.canary import Canary, CanaryEvent
from service.commands.index_view import IndexUnreadable, IndexView
from service.commands.interruption import Signalled, until_signalled
from service.commands.local_doors import ask_health, webhook_url
from service.commands.main import Failure
from service.commands.terminal import note
from service.commands.webhook_client import NotAccepted, Target, credential, post
from service.documents.document import DeletionMode
from service.settings import Settings, load_settings

_POLL_S = 0.02
# However short a time was asked for: a canary that stays would be worse than a wait.
_CLEAN_UP_S = 3.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Seconds(click.FloatRange):
    """A number; `nan` is none, though it is in no comparison out of a range."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a number of seconds", param, ctx)
        return seconds


_Shows = Callable[[CanaryEvent], Awaitable[bool]]


@click.command("verify")
@click.argument("url", required=False)
@click.option("--url", "also_url", hidden=True)
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=_Seconds(0.1, 3600),
    help="Seconds to wait for each step to become searchable.",
)
def verify(url: str | None, also_url: str | None, timeout: float) -> None:
    """Try a running service with a canary user, and time it.

    Posts the creation, an update and the deletion of a made-up user to the webhook at URL, looks
    for each in the index, and tells how long it took to become searchable. URL is by default that
    of a service on this machine; give the public one to try the whole way. The credential is the
    first of USER_SYNC_WEBHOOK_TOKENS, _BASIC or _HEADER.

    Leaves nothing that readers see, only a tombstone.

    \b
    Example:
      user-sync verify
      user-sync verify https://events.example.com/webhook
    """
    settings = load_settings()
    target = url or also_url or webhook_url(settings)
    if target is None:
        raise click.UsageError("Give the webhook's URL: USER_SYNC_PORT is 0.")
    headers = credential(settings)
    if headers is None:
        raise click.UsageError(
            "There is no credential to post with: set USER_SYNC_WEBHOOK_TOKENS as the service has."
        )
    fatal = [s for s in _SIGNALS if signal.getsignal(s) is not signal.SIG_IGN]  # by nohup, say
    verifying = _verify(settings, Target(target, headers), timeout)
    try:
        asyncio.run(until_signalled(verifying, fatal))
    except Signalled as end:
        note("Interrupted.")
        sys.exit(end.exit_code)


async def _verify(settings: Settings, target: Target, timeout_s: float) -> None:
    canary = Canary()
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with IndexView.open(settings) as view, aiohttp.ClientSession(timeout=timeout) as session:
        trial = _Trial(settings, target, view, session, canary, timeout_s)
        await trial.warm_up()
        try:
            await trial.step(canary.created(clock_us()), trial.finds)
            await trial.step(canary.updated(clock_us()), trial.finds)
            await trial.step(canary.deleted(clock_us()), trial.finds_nobody)
        except BaseException:  # even when nobody reads any more what is told
            await trial.clean_up()
            raise
    remains = "only its tombstone is left"
    if settings.index.deletion_mode is DeletionMode.DELETE:
        remains = "nothing is left of it, as USER_SYNC_DELETION_MODE is delete"
    click.echo(f"All is well. The canary is invisible to readers; {remains}.")


class _Trial:
    """Posts events and waits for each to show."""

    def __init__(
        self,
        settings: Settings,
        target: Target,
        view: IndexView,
        session: aiohttp.ClientSession,
        canary: Canary,
        timeout_s: float,
    ) -> None:
        self._settings = settings
        self._target = target
        self._view = view
        self._session = session
        self._canary = canary
        self._timeout_s = timeout_s
        self._perhaps_there = False

    async def warm_up(self) -> None:
        """Connect to OpenSearch beforehand: the first step's time is the service's alone."""
        with suppress(IndexUnreadable):
            await self._view.event_of(self._canary.user_id)

    async def step(self, event: CanaryEvent, shows: _Shows) -> None:
        """Post, and wait until it shows. Raises Failure, with what to do."""
        started = time.perf_counter()
        before, self._perhaps_there = self._perhaps_there, True
        try:
            await post(self._session, self._target, event.body)
        except NotAccepted as refusal:
            self._perhaps_there = before or refusal.perhaps_kept
            raise Failure(f"{event.step}: {refusal}") from None
        self._perhaps_there = event.step != "delete"
        accepted = f"accepted in {_milliseconds(started)}"
        await self._wait(event, shows)
        what = "invisible" if event.step == "delete" else "searchable"
        click.echo(f"{event.step}  {accepted}, {what} after {_milliseconds(started)}")

    async def finds(self, event: CanaryEvent) -> bool:
        """Whether a search finds the user as the event left it."""
        return await self._view.event_of(self._canary.user_id) == event.id

    async def finds_nobody(self, event: CanaryEvent) -> bool:
        """Whether a search finds nobody, and nothing but the tombstone is there."""
        if await self._view.event_of(self._canary.user_id) is not None:
            return False
        if self._settings.index.deletion_mode is DeletionMode.DELETE:
            return True
        return await self._view.tombstone_of(self._canary.user_id) == event.id

    async def clean_up(self) -> None:
        """Delete what may have been created."""
        if not self._perhaps_there:
            return
        patience = aiohttp.ClientTimeout(total=max(self._timeout_s, _CLEAN_UP_S))
        try:
            async with aiohttp.ClientSession(timeout=patience) as session:
                await post(session, self._target, self._canary.deleted(clock_us()).body)
        except NotAccepted:
            note(f"The canary {self._canary.user_id} could not be deleted again.")
        else:
            note("The canary is taken away again: its deletion was accepted.")

    async def _wait(self, event: CanaryEvent, shows: _Shows) -> None:
        last = "the index answers, but not with it"
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    try:
                        if await shows(event):
                            return
                        last = "the index answers, but not with it"
                    except IndexUnreadable as unreadable:
                        last = str(unreadable)
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            pass
        health = "\n  ".join(await ask_health(self._settings))
        raise Failure(
            f"{event.step}: accepted, but not to be seen in the index after"
            f" {self._timeout_s:g} s: {last}.\nThe service's health:\n  {health}"
        )


def _milliseconds(since: float) -> str:
    return f"{(time.perf_counter() - since) * 1000:.0f} ms"
