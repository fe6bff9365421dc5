"""The public door's three paths, and how each request to them is answered.

The promises: a 204 leaves only after the journal has synced the events; nothing authentic is told
4XX unless it is not JSON or too large; a probe asks the journal alone, so that a load balancer
keeps sending while OpenSearch is away.

    path (404, 405) → authorise (401) → read (413, or no answer) → decompress, frame (400)
        → append (503) → 204

A transfer that stalls or breaks gets no answer and its connection is closed: a sender repeats a
request without an answer, whereas after a 408 or 400 the event would be lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from typing import Protocol

from aiohttp import hdrs, web

from service.events.json_value import NotJson
from service.journal.errors import JournalFull, JournalUnavailable
from service.journal.records import Entry
from service.receiver.answers import acknowledge, closing, hang_up, problem, report
from service.receiver.authorisation import Authorisation
from service.receiver.body import BodyIncomplete, BodyReader
from service.receiver.content_coding import BadCoding, BodyTooLarge, decode, is_coded
from service.receiver.framing import frame
from service.receiver.options import ReceiverOptions
from service.receiver.refusals import Refusal, Refusals

logger = logging.getLogger(__name__)

_GET = (hdrs.METH_GET, hdrs.METH_HEAD)
_Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Appendable(Protocol):
    """What the door needs of the journal."""

    async def append(self, entries: Sequence[Entry]) -> None: ...
    def refusal(self) -> Exception | None:
        """What an append would raise now; None when there is room."""
        ...


class App:
    """Answers requests; `handle` is all that the HTTP server calls.

    executor: where large bodies are parsed, so that others are answered meanwhile.
    """

    def __init__(
        self,
        journal: Appendable,
        authorisation: Authorisation,
        refusals: Refusals,
        executor: Executor,
        options: ReceiverOptions,
    ) -> None:
        self._journal = journal
        self._authorisation = authorisation
        self._refusals = refusals
        self._executor = executor
        self._options = options
        self._bodies = BodyReader(limit=options.max_body_bytes, timeout_s=options.body_timeout_s)
        self._routes: dict[str, tuple[tuple[str, ...], _Answering]] = {
            "/webhook": ((hdrs.METH_POST,), self._webhook),
            "/livez": (_GET, self._livez),
            "/readyz": (_GET, self._readyz),
        }
        self._in_flight = 0
        self._stopping = False
        self._drained = asyncio.Event()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        self._in_flight += 1
        try:
            response = await self._answer(request)
        except Exception:
            # Not a 4XX: the sender shall try again.
            logger.exception("A request failed", extra={"action": "request_failed"})
            self._refusals.add(Refusal.FAULT)
            response = problem(500, "Something is wrong with this service; its log says what")
        finally:
            self._in_flight -= 1
            if self._stopping and not self._in_flight:
                self._drained.set()
        if self._stopping or not request.content.is_eof():
            return closing(response)
        return response

    async def drain(self, timeout_s: float) -> None:
        """Say that the service is going; return when no request is in flight, or the time is up.

        Then bodies that are still on their way are given up.
        """
        self._stopping = True
        if self._in_flight:
            try:
                async with asyncio.timeout(timeout_s):
                    await self._drained.wait()
            except TimeoutError:
                self._bodies.hurry()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        route = self._routes.get(request.path.removesuffix("/"))
        if route is None:
            self._note_misdirected(request)
            return problem(404, "There is nothing here: events go to /webhook")
        methods, answer = route
        if request.method not in methods:
            self._note_misdirected(request)
            allowed = ", ".join(methods)
            return problem(405, f"Only {allowed} is possible here", {"Allow": allowed})
        return await answer(request)

    def _note_misdirected(self, request: web.BaseRequest) -> None:
        """Strangers try many paths; who posts with our credential lost an event."""
        if request.method == hdrs.METH_POST and self._authorisation.accepts(request.headers):
            self._refusals.add(Refusal.MISDIRECTED)

    async def _livez(self, _: web.BaseRequest) -> web.StreamResponse:
        return report(200, {"status": "alive"})

    async def _readyz(self, _: web.BaseRequest) -> web.StreamResponse:
        if self._stopping:
            return report(503, {"status": "stopping"})
        if self._journal.refusal() is None:  # the reason names files, which strangers needn't know
            return report(200, {"status": "ready"})
        return report(503, {"status": "the journal cannot take more"})

    async def _webhook(self, request: web.BaseRequest) -> web.StreamResponse:
        if not self._authorisation.accepts(request.headers):
            challenge = {"WWW-Authenticate": self._authorisation.challenges}
            self._refusals.add(Refusal.UNAUTHORISED)
            return problem(401, "The credential is missing or wrong", challenge)
        try:
            entries = await self._entries(request)
        except BodyIncomplete:
            self._refusals.add(Refusal.INCOMPLETE)
            return hang_up(request)
        except BodyTooLarge:
            self._refusals.add(Refusal.TOO_LARGE)
            return problem(413, f"The body is over {self._options.max_body_bytes} bytes")
        except (NotJson, BadCoding) as fault:
            self._refusals.add(Refusal.NOT_JSON)
            return problem(400, str(fault))
        if entries:
            try:
                await self._journal.append(entries)
            except (JournalFull, JournalUnavailable) as fault:
                self._refusals.put_off(str(fault))
                again = {"Retry-After": str(fault.retry_after_s)}
                return problem(503, "Nothing can be kept at the moment: send again later", again)
        return acknowledge(request)

    async def _entries(self, request: web.BaseRequest) -> list[Entry]:
        body = await self._bodies.read(request)
        headers = request.headers
        if len(body) > self._options.thread_above_bytes or hdrs.CONTENT_ENCODING in headers:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, self._unpack, headers, body)
        return frame(headers, body)

    def _unpack(self, headers: Mapping[str, str], body: bytes) -> list[Entry]:
        coding = headers.get(hdrs.CONTENT_ENCODING, "")
        if is_coded(coding):
            try:
                body = decode(body, coding, limit=self._options.max_body_bytes)
            except BadCoding:
                # Something on the way may have unpacked it and left the label on.
                with suppress(NotJson):
                    return frame(headers, body)
                raise
        return frame(headers, body)
