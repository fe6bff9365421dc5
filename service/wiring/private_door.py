"""The private door: health and metrics, the search and admin APIs, and the console, on one address.

It bears what strangers on its network can do, as the public one does: connections and the time that
a body takes are bounded. How long an answer takes is not, for an export is as long as a directory.
"""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import web

from service.admin.app import admin_app
from service.admin.openapi import admin_openapi
from service.console.pages import add_console
from service.doors.errors import CannotListen
from service.doors.patience import bodies_within
from service.doors.server import AppRunner
from service.index.connection import connect_for_bytes
from service.journal.journal import Journal
from service.observability.metrics import Metrics
from service.observability.private import private_app
from service.observability.throttle import Throttle
from service.receiver.refusals import LOSSES
from service.search.app import LONGEST_REQUEST_LINE, search_app
from service.settings import Settings
from service.wiring import stage_options
from service.wiring.checks import Vitals

log = logging.getLogger(__name__)

# For a request that is still coming in or being answered when all else is over.
_CUT_OFF_S = 1.0
# All that is asked here by POST are some hundred kilobytes at most.
_BODY_TIMEOUT_S = 60.0
# Longer than the 60 s of the usual proxies, or they would use one that is just being closed.
_KEEPALIVE_S = 75.0


async def open_private_door(
    stack: AsyncExitStack,
    settings: Settings,
    journal: Journal,
    metrics: Metrics,
    vitals: Vitals,
    *,
    now_us: Callable[[], int],
) -> None:
    """Listen until the stack is closed. Raises CannotListen."""
    doors = settings.doors
    app = private_app(metrics, vitals.health)
    app.middlewares.append(bodies_within(_BODY_TIMEOUT_S))
    admins = stage_options.admin_tokens(settings)
    losses = {reason.value: loss.http_status for reason, loss in LOSSES.items()}
    admin = admin_app(journal, admins, vitals.health, metrics, losses=losses, now_us=now_us)
    app.add_subapp("/api/v1/admin", admin)
    # Of its own: a person who types must not wait behind bulks.
    connection = connect_for_bytes(stage_options.search_connection(settings))
    stack.push_async_callback(connection.close)
    search = stage_options.search_options(settings)
    names = stage_options.index_names(settings)
    described = admin_openapi() if admins else None
    api = search_app(connection, names, search, metrics, described_too=described)
    app.add_subapp("/api/v1", api)
    add_console(app)
    runner = AppRunner(
        app,
        most_connections=stage_options.private_connections(),
        crowded=_Crowd(now_us).note,
        access_log=None,
        keepalive_timeout=_KEEPALIVE_S,
        max_line_size=LONGEST_REQUEST_LINE,
        shutdown_timeout=_CUT_OFF_S,
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, doors.private_host, doors.private_port).start()
    except OSError as error:
        raise CannotListen(
            f"the private door can't listen on {doors.private_host} port {doors.private_port}: "
            f"{error.strerror or error}; set USER_SYNC_PRIVATE_HOST or USER_SYNC_PRIVATE_PORT"
        ) from error


class _Crowd:
    """Tells that connections had to go, once a minute at most."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._throttle = Throttle(now_us)

    def note(self) -> None:
        """One was closed."""
        if number := self._throttle.due():
            log.warning(
                "Too many connections are open at the private door: for each new one another is "
                "closed, idle ones first; see who opens so many",
                extra={"action": "too_many_private_connections", "closed": number},
            )
