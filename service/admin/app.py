"""The routes of `/api/v1/admin`: thin adapters between HTTP and the journal.

Every request shows a named token; every act, and every look at a body, is logged with that name.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from service.admin import dead_letters
from service.admin.authorisation import NamedTokens
from service.admin.problems import tell_problems
from service.admin.requests import (
    LARGEST_SEQ,
    Page,
    Replay,
    Selection,
    parse_body,
    parse_query,
)
from service.admin.seq_ranges import parse, ranges, show
from service.admin.status import status
from service.doors.problems import Problem, ProblemType
from service.journal.journal import Journal
from service.observability.health import Health
from service.observability.metrics import Metrics
from service.observability.throttle import Throttle

log = logging.getLogger(__name__)

_MOST_BODY_BYTES = 256 * 1024
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_WHO = web.RequestKey("who", str)


def admin_app(
    journal: Journal,
    tokens: Mapping[str, str],
    health: Callable[[], Health],
    metrics: Metrics,
    *,
    losses: Mapping[str, int],
    now_us: Callable[[], int],
) -> web.Application:
    """The sub-application to mount at /api/v1/admin. tokens: by name; without any all it says is
    404. losses: see status."""
    if not tokens:
        return _application(_off)
    room = _Room(journal, health, metrics, losses, now_us)
    app = _application(_only_for(NamedTokens(tokens), now_us))
    app.router.add_get("/status", room.status)
    app.router.add_get("/dead-letters", room.list_dead_letters)
    app.router.add_get("/dead-letters/{seq:[1-9][0-9]{0,17}}", room.show_dead_letter)
    app.router.add_post("/dead-letters/replay", room.replay)
    app.router.add_post("/dead-letters/drop", room.drop)
    app.router.add_get("/replays", room.replays)
    return app


def _application(guard: Any) -> web.Application:
    return web.Application(middlewares=[tell_problems, guard])


@web.middleware
async def _off(request: web.Request, handler: _Handler) -> web.StreamResponse:  # noqa: ARG001
    raise Problem(
        ProblemType.NOT_FOUND, "the admin API is off: set USER_SYNC_ADMIN_TOKENS to open it"
    )


def _only_for(tokens: NamedTokens, now_us: Callable[[], int]) -> Any:
    refusals = Throttle(now_us)

    @web.middleware
    async def authorise(request: web.Request, handler: _Handler) -> web.StreamResponse:
        who = tokens.holder(request.headers.getall("Authorization", []))
        if who is None:
            if times := refusals.due():
                log.warning(
                    "%d requests to the admin API without a valid token",
                    times,
                    extra={"action": "admin_refused", "times": times},
                )
            raise Problem(
                ProblemType.UNAUTHORIZED,
                "send Authorization: Bearer with a token of USER_SYNC_ADMIN_TOKENS",
                headers={"WWW-Authenticate": 'Bearer realm="user-sync admin"'},
            )
        request[_WHO] = who
        return await handler(request)

    return authorise


class _Room:
    """The handlers."""

    def __init__(
        self,
        journal: Journal,
        health: Callable[[], Health],
        metrics: Metrics,
        losses: Mapping[str, int],
        now_us: Callable[[], int],
    ) -> None:
        self._journal = journal
        self._health = health
        self._metrics = metrics
        self._losses = losses
        self._now_us = now_us

    async def status(self, _: web.Request) -> web.Response:
        return _json(
            status(
                self._journal.status(),
                self._health(),
                self._metrics,
                losses=self._losses,
                now_us=self._now_us(),
            )
        )

    async def list_dead_letters(self, request: web.Request) -> web.Response:
        asked = parse_query(Page, request.query)
        return _json(
            await dead_letters.page(
                self._journal, reason=asked.reason, after=asked.after, limit=asked.limit
            )
        )

    async def show_dead_letter(self, request: web.Request) -> web.Response:
        seq = int(request.match_info["seq"])
        letter = await self._journal.dead_letters.get(seq)
        if letter is None:
            raise Problem(ProblemType.NOT_FOUND, f"there is no dead letter {seq}")
        shown = dead_letters.summary(letter)
        if request.query.get("body") == "true":
            shown |= dead_letters.body(letter)
            _told(request, "dead_letter_read", "looked at the body of", [seq], 1)
        return _json(shown)

    async def replay(self, request: web.Request) -> web.Response:
        asked = parse_body(Replay, await _body(request))
        seqs, rest = await self._chosen(asked)

        def done(found: Collection[int]) -> None:
            forced = {"force": asked.force}
            _told(request, "dead_letters_replayed", "replayed", found, len(found), **forced)

        answer = await dead_letters.replay(self._journal, seqs, force=asked.force, done=done)
        return _json(answer | rest)

    async def drop(self, request: web.Request) -> web.Response:
        asked = parse_body(Selection, await _body(request))
        seqs, rest = await self._chosen(asked)

        def done(part: Sequence[int], found: int) -> None:
            _told(request, "dead_letters_dropped", "dropped", part, found)

        answer = await dead_letters.drop(self._journal, seqs, done=done)
        return _json(answer | rest)

    async def replays(self, request: web.Request) -> web.Response:
        try:
            stretches = parse(request.query.get("seqs", ""))
        except ValueError as error:
            raise Problem(ProblemType.INVALID_PARAMETER, f"seqs: {error}") from None
        if stretches[-1][1] > self._journal.last_seq():
            raise Problem(ProblemType.INVALID_PARAMETER, "seqs: no event has such a number yet")
        return _json(await dead_letters.whereabouts(self._journal, stretches))

    async def _chosen(self, asked: Selection) -> tuple[list[int], dict[str, Any]]:
        """The numbers, and what the answer says of the rest: whether there is any, up to where."""
        if asked.reason is None:
            return list(dict.fromkeys(asked.seqs or ())), {"more": False, "up_to": None}
        up_to = min(self._journal.last_seq(), asked.up_to or LARGEST_SEQ)
        seqs, more = await dead_letters.of_reason(self._journal, asked.reason, up_to)
        return seqs, {"more": more, "up_to": up_to}


async def _body(request: web.Request) -> bytes:
    """aiohttp heeds client_max_size of the outermost application alone. Raises Problem."""
    text = b""
    async for chunk in request.content.iter_any():
        text += chunk
        if len(text) > _MOST_BODY_BYTES:
            raise Problem(
                ProblemType.BODY_TOO_LARGE, f"at most {_MOST_BODY_BYTES} bytes: ask in parts"
            )
    return text


def _told(
    request: web.Request, action: str, did: str, seqs: Collection[int], events: int, **more: object
) -> None:
    """Log an act: numbers only, for a body is somebody's profile."""
    who = request[_WHO]
    log.info(
        "%s %s %d dead letters",
        who,
        did,
        events,
        extra={
            "action": action,
            "who": who,
            "seqs": show(ranges(seqs)),
            "events": events,
            **more,
        },
    )


def _json(value: object) -> web.Response:
    return web.Response(
        body=orjson.dumps(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
