"""The owner's Unix socket: how commands reach a running journal.

HTTP over a socket that only the journal's user may open (mode 0600): whoever can read the journal's
file can use it, nobody else.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from service.journal import socket_path, wire
from service.journal.errors import JournalError, JournalUnavailable
from service.journal.journal import Journal
from service.journal.records import ComparisonResult

_STOP_AFTER_S = 2.0
_MOST_ON_A_PAGE = 1000


class ControlServer:
    """Serves a journal's operations to other processes of the same user.

    status: what a running `serve` says of itself (e.g. health checks), JSON values; None from a
    command that owns the journal for a moment.
    """

    def __init__(
        self, journal: Journal, *, status: Callable[[], Mapping[str, Any]] | None = None
    ) -> None:
        self._journal = journal
        self._status = status
        app = web.Application(middlewares=[_tell_errors], client_max_size=0)
        app.router.add_post(wire.APPEND, self._append)
        app.router.add_get(wire.STATUS, self._get_status)
        app.router.add_get(wire.DEAD_LETTERS, self._list)
        app.router.add_get(wire.DEAD_LETTER, self._show)
        app.router.add_get(wire.CODES, self._codes)
        app.router.add_post(wire.REPLAY, self._replay)
        app.router.add_post(wire.DROP, self._drop)
        app.router.add_post(wire.COMPARISON, self._note_comparison)
        app.router.add_post(wire.IMPORT, self._note_import)
        app.router.add_post(wire.MADE_ANEW, self._note_made_anew)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=_STOP_AFTER_S
        )
        self._socket = socket_path.beside(journal.path)
        self._inode = 0

    async def start(self) -> None:
        """Listen; the socket's path is written into the lock file. Raises JournalUnavailable."""
        await self._runner.setup()
        try:
            self._socket = socket_path.prepare(self._journal.path)
            await self._listen()
            self._inode = self._socket.stat().st_ino
        except OSError as error:
            await self._runner.cleanup()
            raise JournalUnavailable(
                f"the socket for commands can't be made beside the journal {self._journal.path}: "
                f"{error.strerror or error}"
            ) from error
        self._journal.announce(self._socket)

    async def _listen(self) -> None:
        mask = os.umask(0o177)
        try:
            await web.UnixSite(self._runner, str(self._socket)).start()
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Stop listening, finish running requests, remove the socket."""
        await self._runner.cleanup()
        self._journal.announce(None)
        socket_path.remove(self._socket, self._journal.path, inode=self._inode)

    async def _append(self, request: web.Request) -> web.Response:
        await self._journal.append(wire.unpack_entries(await request.read()))
        return web.Response(status=204)

    async def _get_status(self, _request: web.Request) -> web.Response:
        owner = None if self._status is None else self._status()
        return _json(wire.pack_status(self._journal.status(), owner))

    async def _list(self, request: web.Request) -> web.Response:
        letters = await self._journal.dead_letters.page(
            limit=min(int(request.query["limit"]), _MOST_ON_A_PAGE),
            after=int(request.query["after"]),
            code=request.query.get("code"),
        )
        return _json(wire.pack_summaries(letters))

    async def _show(self, request: web.Request) -> web.Response:
        letter = await self._journal.dead_letters.get(int(request.match_info["seq"]))
        return _json(wire.pack_dead_letter(letter))

    async def _codes(self, _request: web.Request) -> web.Response:
        return _json(orjson.dumps(await self._journal.dead_letters.codes()))

    async def _replay(self, request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        found = await self._journal.dead_letters.replay(asked["seqs"], force=asked["force"])
        return _json(orjson.dumps(found))

    async def _drop(self, request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        return _json(orjson.dumps(await self._journal.dead_letters.drop(asked["seqs"])))

    async def _note_comparison(self, request: web.Request) -> web.Response:
        told = orjson.loads(await request.read())
        await self._journal.note_comparison(ComparisonResult(**told))
        return web.Response(status=204)

    async def _note_import(self, request: web.Request) -> web.Response:
        await self._journal.note_import(**orjson.loads(await request.read()))
        return web.Response(status=204)

    async def _note_made_anew(self, request: web.Request) -> web.Response:
        await self._journal.note_made_anew(**orjson.loads(await request.read()))
        return web.Response(status=204)


@web.middleware
async def _tell_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except JournalError as error:
        return web.Response(status=503, body=wire.pack_error(error))


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")
