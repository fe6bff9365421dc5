"""What `/healthz`, `status` and the console say: each part of the flow as a named check.

Answers come from memory, so that asking costs nothing and never hangs with the cluster.
"""

from collections.abc import Callable

from service.clock import age_us
from service.events.timestamp import format_us
from service.index.advice import CERTIFICATE, CREDENTIALS, LOG, ROLE, RUNS, advice_on
from service.index.reason import BLOCK, CLOSED, NO_INDEX, SECURITY, named
from service.indexer.indexer import Indexer
from service.indexer.prepare import CLOCK_IS_WRONG
from service.indexer.troubles import Trouble
from service.journal.errors import JournalCorrupt, JournalFull, JournalGone
from service.journal.journal import Journal
from service.observability.health import Check, Health, examine
from service.receiver.refusals import LOSSES, Refusal
from service.wiring.background import Background
from service.wiring.bootstrapping import Bootstrapping
from service.wiring.housekeeping import Housekeeping
from service.wiring.made_anew import MadeAnew
from service.wiring.watch import IndexWatch

_SECOND_US = 1_000_000
# A lone event is searchable within a second; after this long something holds the flow up.
_LATE_US = 60 * _SECOND_US
_LOST_RECENTLY_US = 10 * 60 * _SECOND_US

# Who shows a wrong credential may be any stranger on the internet: it is told, but only what an
# authorised sender lost makes the check fail.
_SURELY_LOST = LOSSES.keys() - {Refusal.UNAUTHORISED}

# Events of another tenant, and none of ours: one or two may have lost their way.
_TENANT_IS_WRONG = 3

_RECONCILE = "user-sync reconcile with a new export finds and mends what they told"
_MISSING = "do what the check `opensearch` says: the index is missing, or only its alias"
_ADVICE = {
    "no_answer": RUNS,
    "untrusted_certificate": CERTIFICATE,
    "unreadable_answer": "check what stands between this service and OpenSearch (a proxy?)",
    "status_401": CREDENTIALS,
    "status_403": ROLE,
    SECURITY: ROLE,
    BLOCK: "lift the block; on a full disk, free some on the OpenSearch nodes",
    CLOSED: "open the index: the check `opensearch` says how",
    NO_INDEX: _MISSING,
    "alias_missing": _MISSING,
    "strict_dynamic_mapping_exception": "run user-sync bootstrap to bring the mapping up to date",
}


class Vitals:
    """The service's state as checks.

    refused: told each request that the public door didn't accept, by reason.
    """

    def __init__(
        self,
        journal: Journal,
        indexer: Indexer,
        bootstrapping: Bootstrapping,
        made_anew: MadeAnew,
        watch: IndexWatch,
        housekeeping: Housekeeping,
        background: Background,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._journal = journal
        self._indexer = indexer
        self._bootstrapping = bootstrapping
        self._made_anew = made_anew
        self._watch = watch
        self._housekeeping = housekeeping
        self._background = background
        self._now_us = now_us
        self._lost: dict[str, int] = {}
        self._last_lost_us: int | None = None

    def refused(self, reason: str) -> None:
        """Count a request that was not accepted."""
        if reason in LOSSES:
            self._lost[reason] = self._lost.get(reason, 0) + 1
        if reason in _SURELY_LOST:
            self._last_lost_us = self._now_us()

    def health(self) -> Health:
        """Every check, made now, in the order of the flow."""
        return examine(
            (
                self._door,
                self._tenant,
                self._journal_appends,
                self._dead_letters,
                self._clock,
                self._watch.check,
                self._index,
                self._indexing,
                self._freshness,
                self._comparison,
                self._housekeeping.check,
                self._background.check,
            )
        )

    def as_dict(self) -> dict[str, object]:
        """The checks as JSON values, for commands that ask the running service."""
        return self.health().as_dict()

    def _door(self) -> Check:
        if not self._lost:
            return Check("door", True, "no request was refused for good")
        counts = ", ".join(f"{count} {reason}" for reason, count in sorted(self._lost.items()))
        now = self._now_us()
        losing = self._last_lost_us is not None and now - self._last_lost_us < _LOST_RECENTLY_US
        return Check(
            "door",
            not losing,
            f"requests refused for good since the start: {counts}",
            "if they are Auth0's, their events are lost: compare the stream's credential and "
            f"address with this service's, then {_RECONCILE}",
        )

    def _tenant(self) -> Check:
        strangers, ours = self._journal.strangers, self._journal.tenant()
        if not strangers.refused:
            return Check("tenant", True, "no event of another tenant was refused")
        state = (
            f"events since the start: {strangers.taken} of {ours}, which this service serves, and "
            f"{strangers.refused} of other tenants, {strangers.newest} the last, were refused"
        )
        # A stray stream, however busy, makes nothing here unhealthy; a wrong name loses everything.
        if strangers.taken or strangers.refused < _TENANT_IS_WRONG:
            return Check("tenant", True, state)
        return Check(
            "tenant",
            False,
            state,
            f"if they are yours, set USER_SYNC_TENANT to their name and restart; then {_RECONCILE}",
        )

    def _journal_appends(self) -> Check:
        refusal = self._journal.refusal()
        if refusal is None:
            return self._journal_is_whole()
        state = f"senders are told to come back later: {refusal}"
        match refusal:
            case JournalGone():
                advice = (
                    "put the file back and start the service again; it does not recover by itself"
                )
            case JournalCorrupt():
                advice = "do what it says; it does not recover by itself"
            case JournalFull():
                advice = "free disk, or raise USER_SYNC_JOURNAL_MAX_BYTES; it recovers by itself"
            case _:
                advice = "free the disk if it is full, or mend what it says; it recovers by itself"
        return Check("journal", False, state, advice)

    def _journal_is_whole(self) -> Check:
        damaged = self._journal.damaged_logs()
        if not damaged:
            return Check("journal", True, "the journal takes events")
        return Check(
            "journal",
            False,
            "the journal takes events; acknowledged ones were lost, for the disk had damaged its "
            f"log: {', '.join(map(str, damaged))}",
            f"{_RECONCILE}; then remove the file, and mistrust the disk",
        )

    def _dead_letters(self) -> Check:
        count = self._journal.accounting().dead_letters
        if not count:
            return Check("dead_letters", True, "none")
        # Poison is the sender's; it makes nothing here unhealthy.
        return Check("dead_letters", True, f"{count} kept", "user-sync dead-letters list")

    def _clock(self) -> Check:
        # Those that a person has dropped are told of no more.
        kept = self._journal.accounting().dead_letters
        ahead = min(self._indexer.ahead_in_a_row(), kept)
        now = format_us(self._now_us())
        if ahead < CLOCK_IS_WRONG:
            return Check("clock", True, f"{now}; the events agree with it")
        return Check(
            "clock",
            False,
            f"{now}; the last {ahead} events are too far ahead of it, and became dead letters",
            "set this machine's clock, then user-sync dead-letters replay --reason time_in_future",
        )

    def _index(self) -> Check:
        problem = self._bootstrapping.problem
        if problem:
            advice = self._bootstrapping.advice or "see the README under OpenSearch's side"
            return Check("bootstrap", False, problem, advice)
        if self._made_anew.users_missing:
            return Check(
                "bootstrap",
                False,
                "the index is not the one that events were written to before: it lacks whoever has "
                "had no event since, or shows them as they were",
                "user-sync import with a new export; after restoring a snapshot, "
                "user-sync reconcile --repair --delete-surplus",
            )
        return Check("bootstrap", True, "done")

    def _indexing(self) -> Check:
        if not self._bootstrapping.done.is_set():
            state = "nothing is written before the index is bootstrapped"
            return Check("indexing", False, state, "the check `bootstrap` says what holds it up")
        troubles = self._indexer.troubles()
        if not troubles:
            return Check("indexing", True, "events are written as they come")
        first = troubles[0]
        return Check("indexing", False, "; ".join(map(self._told, troubles)), _advice(first.code))

    def _told(self, trouble: Trouble) -> str:
        seconds = (self._now_us() - trouble.since_us) // _SECOND_US
        reason = f" ({trouble.reason})" if trouble.reason else ""
        return f"{trouble.code}{reason}, for {seconds} s, {trouble.times} times"

    def _freshness(self) -> Check:
        waiting = self._journal.depth()
        oldest_us = age_us(self._journal.oldest_received_us(), self._now_us())
        state = f"{waiting} events wait, the oldest for {oldest_us / _SECOND_US:.1f} s"
        if error := self._indexer.refresh_error():
            return Check(
                "freshness",
                False,
                f"{state}; what is written becomes searchable late: refreshes fail "
                f"({named(error)})",
                advice_on(error)
                or "the check `opensearch` says what is wrong, or else OpenSearch's own log",
            )
        if oldest_us <= _LATE_US:
            return Check("freshness", True, state)
        return Check("freshness", False, state, "the check `indexing` says what holds them up")

    def _comparison(self) -> Check:
        last = self._journal.last_comparison()
        if last is None:
            return Check(
                "comparison",
                True,
                "the index was not compared with the directory yet",
                "user-sync reconcile with an export proves that they are equal",
            )
        when = format_us(last.exported_us)
        if not last.differences:
            return Check("comparison", True, f"the index was equal to the directory as of {when}")
        return Check(
            "comparison",
            False,
            f"the index differed from the directory as of {when}: {last.differences} not repaired",
            "user-sync reconcile --repair with a new export",
        )


def _advice(code: str) -> str:
    return _ADVICE.get(code, LOG)
