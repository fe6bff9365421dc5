"""The one thread that uses the database: takes what has queued, commits it, wakes who waits.

    append, settle, … ─▶ queue ─▶ one transaction ─▶ COMMIT (synced) ─▶ one call into the event loop
    claim, list, …    ─▶ queue ─▶ read after that commit ─────────────▶ one call into the event loop

A group fails as one when the disk fails, and nothing of it is kept; then what only removes is tried
once more by itself, for it may need no room. Work that fails for its own sake fails alone.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from service.clock import steady_us
from service.journal.capacity import Capacity
from service.journal.database import Database, explain, is_full
from service.journal.duplicates import DuplicateWindow
from service.journal.errors import (
    JournalCorrupt,
    JournalDiskFull,
    JournalError,
    JournalUnavailable,
)
from service.journal.ledger import Ledger
from service.journal.stall import Stall
from service.journal.strangers import Strangers
from service.journal.transaction import Transaction
from service.observability.throttle import Throttle

log = logging.getLogger(__name__)

_MOST_IN_GROUP = 512
_REST_AFTER_S = 2.0
_PROBE_EVERY_S = 1.0
_MEASURE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Something for a transaction. appends: it needs room, so it isn't tried twice."""

    run: Callable[[Transaction], Any]
    future: asyncio.Future[Any] | None
    appends: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Something to read when everything that queued before it is committed.

    vital: events stand still without it.
    """

    run: Callable[[sqlite3.Connection], Any]
    future: asyncio.Future[Any]
    vital: bool = False


class Answer(NamedTuple):
    """For one future: a value, or the error."""

    future: asyncio.Future[Any] | None
    value: Any
    error: BaseException | None = None


class Writer:
    """Owns the database from start() to stop().

    ledger: the committed books, replaced after every commit. failure: why the last transaction
    failed; empty when it didn't. damage: what was found wrong with the file; it does not heal, and
    what is added would go the way of what is there. stall: tells of a disk that doesn't answer.
    committed: called in the event loop after every group.
    """

    def __init__(
        self,
        database: Database,
        capacity: Capacity,
        window: DuplicateWindow,
        strangers: Strangers,
        *,
        now_us: Callable[[], int],
        committed: Callable[[], None],
    ) -> None:
        self.ledger: Ledger = database.ledger()
        self.failure = ""
        self.damage = ""
        self.stall = Stall(database.path)
        self._database = database
        self._capacity = capacity
        self._window = window
        self._strangers = strangers
        self._now_us = now_us
        self._committed = committed
        self._queue: queue.SimpleQueue[Change | Read | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._stopped = self._loop.create_future()
        self._stopping = False
        self._restless = True
        self._measured_s = 0.0
        self._complaints = Throttle(steady_us)
        self._complaint_stands = False

    def start(self) -> None:
        """Begin to take work."""
        self._thread.start()

    def submit(self, work: Change | Read) -> None:
        """Queue work; its future is answered in the event loop. Raises JournalUnavailable."""
        if self._stopping:
            raise JournalUnavailable("the journal is closed")
        self._queue.put(work)

    async def stop(self) -> None:
        """Finish what has queued and close the database."""
        if not self._stopping:
            self._stopping = True
            self._queue.put(None)
        await asyncio.shield(self._stopped)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._next_group()
            self.stall.begin()
            try:
                self._serve(group)
            except Exception as error:
                log.exception("the journal's writer failed", extra={"action": "journal_failed"})
                fault = f"the journal's writer failed: {type(error).__name__}"
                self._reply([Answer(w.future, None, JournalUnavailable(fault)) for w in group])
            finally:
                self.stall.end()
        self._database.close()
        self._call(partial(self._answer, [Answer(self._stopped, None)]))

    def _next_group(self) -> tuple[list[Change | Read], bool]:
        """What has queued, at least one unless there is something to do meanwhile."""
        group: list[Change | Read] = []
        try:
            work = self._queue.get(timeout=self._patience_s())
            while work is not None:
                group.append(work)
                if len(group) == _MOST_IN_GROUP:
                    return group, True
                work = self._queue.get_nowait()
        except queue.Empty:
            return group, True
        return group, False

    def _patience_s(self) -> float | None:
        if self.failure and not self.damage:
            return _PROBE_EVERY_S
        return _REST_AFTER_S if self._restless else None

    def _serve(self, group: Sequence[Change | Read]) -> None:
        changes = [work for work in group if isinstance(work, Change)]
        reads = [work for work in group if isinstance(work, Read)]
        if changes:
            self._reply(self._commit(changes))
        if reads:
            self._reply([self._read(work) for work in reads])
        if not group:
            self._rest()

    def _commit(self, changes: Sequence[Change]) -> list[Answer]:
        try:
            answers = self._transact(changes)
        except Exception as error:  # whatever it is, its waiters have to be told
            if _is_storage_fault(error):
                return self._commit_rest(changes, error)
            self._database.rollback()
            if len(changes) == 1:
                return [Answer(changes[0].future, None, error)]
            return [answer for change in changes for answer in self._commit([change])]
        self._note_success()
        return answers

    def _commit_rest(self, changes: Sequence[Change], error: Exception) -> list[Answer]:
        """After the storage failed: nothing that needs room is kept, the rest gets one more try."""
        self._note_fault(error)
        removing = [change for change in changes if not change.appends]
        refused = changes if len(removing) == len(changes) else [c for c in changes if c.appends]
        kind = JournalDiskFull if is_full(error) else JournalUnavailable
        answers = [Answer(c.future, None, kind(self.failure)) for c in refused]
        if removing and len(removing) < len(changes):
            answers += self._commit(removing)
        return answers

    def _transact(self, changes: Sequence[Change]) -> list[Answer]:
        sql = self._connection()
        now_us = self._now_us()
        draft = self.ledger.draft()
        transaction = Transaction(
            sql, draft, capacity=self._capacity, window=self._window, now_us=now_us
        )
        try:
            sql.execute("BEGIN IMMEDIATE")
            answers = [_apply(change, transaction) for change in changes]
            transaction.write(self.ledger)
            sql.execute("COMMIT")
        finally:
            self._capacity.keep_promises()
        if transaction.accepted:
            self._window.remember(transaction.accepted, now_us)
        self._window.forget(transaction.released)
        self._strangers.note(
            taken=transaction.ours,
            refused=transaction.others,
            newest=transaction.stranger,
            ours=draft.tenant,
        )
        self.ledger = draft
        return answers

    def _read(self, work: Read) -> Answer:
        try:
            return Answer(work.future, work.run(self._connection()))
        except Exception as error:  # whatever it is, its waiter has to be told
            if not _is_storage_fault(error):
                return Answer(work.future, None, error)
            self._note_fault(error, vital=work.vital)
            return Answer(work.future, None, JournalUnavailable(self.failure))

    def _connection(self) -> sqlite3.Connection:
        if self._database.lost:
            connection = self._database.connection
            # A commit that was reported as failed can have reached the disk all the same.
            self.ledger = self._database.ledger()
            return connection
        return self._database.connection

    def _rest(self) -> None:
        """Nothing came for a while."""
        if self.failure and not self.damage:
            self._commit([Change(Transaction.probe, None)])
            return
        self._restless = False
        try:
            self._database.shorten_log()
            self._capacity.note_spare(self._database.spare_bytes())
        except sqlite3.Error as error:
            log.warning(
                "the journal's log could not be shortened: %s",
                explain(error, self._database.path),
                extra={"action": "journal_log_kept"},
            )

    def _note_success(self) -> None:
        self._restless = True
        now_s = time.monotonic()
        if now_s - self._measured_s >= _MEASURE_EVERY_S:
            self._measured_s = now_s
            if not self._database.keep_log():
                log.error(
                    "the journal's log was removed while in use; nothing is lost, another is begun",
                    extra={"action": "journal_log_removed"},
                )
            self._capacity.note_spare(self._database.spare_bytes())
        if self.failure and not self.damage:
            self.failure = ""
            if self._complaint_stands:
                self._complaint_stands = False
                log.info("the journal can be written again", extra={"action": "journal_recovered"})

    def _note_fault(self, error: Exception, *, vital: bool = True) -> None:
        fault = _unavailable(error, self._database)
        self.failure = str(fault)
        if vital and isinstance(fault, JournalCorrupt):
            self.damage = self.failure
        self._database.recover(error)
        # A disk that fails now and then would be told of, and of its recovery, many times a second.
        if self._complaints.due():
            self._complaint_stands = True
            log.error(self.failure, extra={"action": "journal_unavailable"})

    def _reply(self, answers: Sequence[Answer]) -> None:
        self._call(partial(self._answer, answers))

    def _answer(self, answers: Sequence[Answer]) -> None:
        for future, value, error in answers:
            if future is None or future.done():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)
        self._committed()

    def _call(self, action: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(action)


def _apply(change: Change, transaction: Transaction) -> Answer:
    try:
        return Answer(change.future, change.run(transaction))
    except JournalError as refusal:  # before it changed anything
        return Answer(change.future, None, refusal)


def _is_storage_fault(error: Exception) -> bool:
    """The disk's or the file's fault, not that of what was to be done."""
    return isinstance(error, sqlite3.OperationalError | OSError) or (
        type(error) is sqlite3.DatabaseError  # corrupt, or not a database
    )


def _unavailable(error: Exception, database: Database) -> JournalError:
    if isinstance(error, sqlite3.Error):
        return explain(error, database.path)
    return JournalUnavailable(f"the journal {database.path} failed: {error}")
