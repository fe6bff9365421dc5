"""The public door's life: listens, answers, stops without dropping what it has begun.

The promise: `stop` returns when every request that was being answered is answered, or its time
is up; whoever is cut off got no 204 and sends again.
"""

import errno
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from service.doors.errors import CannotListen
from service.doors.server import Server
from service.receiver.app import App, Appendable
from service.receiver.authorisation import Authorisation, Credentials
from service.receiver.options import ReceiverOptions
from service.receiver.refusals import Refusal, Refusals

logger = logging.getLogger(__name__)

_MAX_HEADER_BYTES = 64 * 1024  # a longer one is answered 400 by the parser, not 401 by us
_CUT_OFF_S = 1.0  # for what is left after the time for stopping, before connections are cut


class Receiver:
    """The webhook, /livez and /readyz on one address.

    refused: called with the reason (a Refusal's value) of each request that is not accepted.
    Construct it inside a running event loop.
    """

    def __init__(
        self,
        journal: Appendable,
        credentials: Credentials,
        options: ReceiverOptions,
        *,
        refused: Callable[[str], None],
        now_us: Callable[[], int],
    ) -> None:
        refusals = Refusals(refused, now_us)
        self._options = options
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="large-bodies")
        self._app = App(journal, Authorisation(credentials), refusals, self._executor, options)
        # aiohttp's low-level server: to route three fixed paths, its Application would add a sixth
        # to what a request costs.
        server = Server(
            self._app.handle,
            most_connections=options.max_connections,
            crowded=refusals.crowded,
            access_log=None,
            logger=_parser_logger(refusals),
            auto_decompress=False,  # content_coding bounds what comes out
            keepalive_timeout=options.keepalive_timeout_s,
            max_field_size=_MAX_HEADER_BYTES,
            lingering_time=5.0,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=_CUT_OFF_S)
        self._site: web.TCPSite | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen; `port` 0 takes a free one. Raises CannotListen."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=self._options.backlog)
        try:
            await site.start()
        except OSError as fault:
            raise CannotListen(why(fault, host, port)) from fault
        self._site = site
        logger.info(
            "The webhook listens on %s port %d",
            host,
            site.port,
            extra={"action": "receiver_started", "host": host, "port": site.port},
        )

    @property
    def port(self) -> int:
        """The port listened on. Raises RuntimeError before start."""
        if self._site is None:
            raise RuntimeError("The receiver has not been started")
        return self._site.port

    async def stop(self) -> None:
        """Accept no more connections, finish the requests in flight, close. Again does nothing."""
        if self._site is None:
            return
        await self._site.stop()
        self._site = None
        await self._app.drain(self._options.stop_timeout_s)
        await self._runner.cleanup()
        self._executor.shutdown(wait=False, cancel_futures=True)
        logger.info("The webhook is closed", extra={"action": "receiver_stopped"})


def why(fault: OSError, host: str, port: int) -> str:
    """A person's reading of an address that can't be listened on."""
    if fault.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use by another program, perhaps another"
            " `user-sync serve`. Stop that one or choose another port with USER_SYNC_PORT."
        )
    # The event loop's own text repeats the address; a resolver's number is not an errno.
    number = None if isinstance(fault, socket.gaierror) else fault.errno
    reason = os.strerror(number) if number else fault.strerror or str(fault)
    return f"Can't listen on {host} port {port}: {reason}. Check USER_SYNC_HOST, USER_SYNC_PORT."


class _ParserReports(logging.Handler):
    """Counts what aiohttp says is not HTTP, without logging it: the text quotes the sender."""

    def __init__(self, refusals: Refusals) -> None:
        super().__init__()
        self._refusals = refusals

    def emit(self, record: logging.LogRecord) -> None:
        """Anything else, which nobody expects, goes to the log."""
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            self._refusals.add(Refusal.MALFORMED_HTTP)
        else:
            record.action = "http_server_failed"
            logger.handle(record)


def _parser_logger(refusals: Refusals) -> logging.Logger:
    reports = logging.Logger(__name__)  # noqa: LOG001  one of this receiver alone
    reports.addHandler(_ParserReports(refusals))
    return reports
