"""One group commit: everything that changes the journal, on a draft of the books.

A transaction is thrown away whole when anything in it fails, so the draft, the seqs given and the
bodies to remember vanish with it: memory never says what the disk doesn't.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from service.journal import ledger as books
from service.journal import queries
from service.journal.capacity import Capacity
from service.journal.duplicates import DuplicateWindow, fingerprint
from service.journal.ledger import Ledger, Oldest, storable
from service.journal.records import (
    Burial,
    ComparisonResult,
    Disposition,
    Entry,
    Outcome,
    Settlement,
)

_LONGEST_TENANT = 1000
_LONGEST_CODE = 100
_LONGEST_REASON = 4000


def runs(seqs: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of consecutive numbers in ascending, distinct ones."""
    first = last = None
    for seq in seqs:
        if first is None or last is None:
            first = last = seq
        elif seq == last + 1:
            last = seq
        else:
            yield first, last
            first = last = seq
    if first is not None and last is not None:
        yield first, last


class Transaction:
    """Changes to be committed together.

    ledger: a draft. accepted, released: fingerprints to remember and to forget after the commit.
    ours, others: how many events named this tenant and other ones. stranger: one of those.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        ledger: Ledger,
        *,
        capacity: Capacity,
        window: DuplicateWindow,
        now_us: int,
    ) -> None:
        self.ledger = ledger
        self.accepted: dict[bytes, None] = {}
        self.released: list[bytes] = []
        self.ours = self.others = 0
        self.stranger = ""
        self._sql = connection
        self._capacity = capacity
        self._window = window
        self._now_us = now_us
        self._new_events: list[tuple[int, int, bytes]] = []
        self._removed_oldest = False

    def append(self, entries: Sequence[Entry], received_us: int) -> None:
        """Count the entries and store those to be stored. Raises JournalFull before any change."""
        size = sum(len(e.body) for e in entries if e.disposition is Disposition.STORE)
        if size:
            self._capacity.check(size, self.ledger.get(books.BYTES))
            self._capacity.promise(size)
        for entry in entries:
            self.ledger.receive(entry.type)
            if entry.disposition is Disposition.STORE:
                self._store(entry, received_us)
            elif entry.disposition is Disposition.IGNORED:
                self.ledger.add(books.IGNORED)
            else:
                self.ledger.add(books.TEST)
                self.ledger.counts[books.LAST_TEST_US] = received_us

    def _store(self, entry: Entry, received_us: int) -> None:
        ledger = self.ledger
        if entry.tenant is not None:
            if not self._is_ours(entry.tenant):
                ledger.add(books.REFUSED)
                self.others += 1
                self.stranger = storable(entry.tenant, _LONGEST_CODE)
                return
            self.ours += 1
        if self._window.is_open and not entry.repeatable:
            key = fingerprint(entry.body)
            if key in self.accepted or self._window.holds(key, self._now_us):
                ledger.add(books.DUPLICATE)
                return
            self.accepted[key] = None
        seq = ledger.next_seq()
        self._new_events.append((seq, received_us, entry.body))
        ledger.add(books.JOURNAL)
        ledger.add(books.BYTES, len(entry.body))
        if ledger.oldest is None:
            ledger.oldest = Oldest(seq, received_us)

    def _is_ours(self, tenant: str) -> bool:
        if tenant == self.ledger.tenant:
            return True
        name = storable(tenant, _LONGEST_TENANT)
        if not tenant.startswith(name):
            return False  # what no text can hold is nobody's name, nor one to adopt
        if self.ledger.tenant is not None:
            return name == self.ledger.tenant
        self.set_tenant(tenant)
        return True

    def note_comparison(self, comparison: ComparisonResult) -> None:
        """In place of the one before."""
        self.ledger.counts[books.COMPARED_US] = comparison.exported_us
        self.ledger.counts[books.COMPARED_DIFFERENCES] = comparison.differences

    def note_import(self, began_us: int) -> None:
        """In place of the one before."""
        self.ledger.counts[books.IMPORTED_US] = began_us

    def note_made_anew(self, since_us: int) -> None:
        """In place of the one before, unless it is the first index that events are written to."""
        if self.ledger.get(Outcome.APPLIED.value):
            self.ledger.counts[books.MADE_ANEW_US] = since_us

    def set_tenant(self, tenant: str) -> None:
        """From now on only this tenant's events are kept."""
        self.ledger.tenant = storable(tenant, _LONGEST_TENANT)
        self._sql.execute(queries.SET_TENANT, (self.ledger.tenant,))

    def settle(self, settlements: Sequence[Settlement], burials: Sequence[Burial]) -> None:
        """Remove what is done, bury what can't be; a seq that isn't there counts nothing."""
        outcome_of: dict[int, Outcome] = {}
        for seq, outcome in settlements:
            outcome_of.setdefault(seq, outcome)
        for first, last in runs(sorted(outcome_of)):
            removed = self._remove_run(first, last)
            for outcome, number in Counter(map(outcome_of.__getitem__, removed)).items():
                self.ledger.add(outcome.value, number)
        for burial in burials:
            self._bury(burial)

    def _remove_run(self, first: int, last: int) -> Sequence[int]:
        number, size = self._sql.execute(queries.WEIGH_RUN, (first, last)).fetchone()
        if number == 0:
            return ()
        if number == last - first + 1:
            removed: Sequence[int] = range(first, last + 1)
        else:
            removed = [seq for (seq,) in self._sql.execute(queries.SEQS_OF_RUN, (first, last))]
        self._sql.execute(queries.DELETE_RUN, (first, last))
        self.ledger.add(books.JOURNAL, -number)
        self.ledger.add(books.BYTES, -int(size))
        self._note_removed(first)
        return removed

    def _bury(self, burial: Burial) -> None:
        row = self._sql.execute(queries.EVENT_TO_BURY, (burial.seq,)).fetchone()
        if row is None:
            return
        received_us, body = row
        self._sql.execute(
            queries.INSERT_DEAD_LETTER,
            (
                burial.seq,
                received_us,
                self._now_us,
                burial.attempts,
                storable(burial.code, _LONGEST_CODE),
                storable(burial.type, _LONGEST_CODE),
                storable(burial.reason, _LONGEST_REASON),
                body,
            ),
        )
        self._sql.execute(queries.DELETE_RUN, (burial.seq, burial.seq))
        self.ledger.add(books.JOURNAL, -1)
        self.ledger.add(books.DEAD_LETTERS)
        self.released.append(fingerprint(body))
        self._note_removed(burial.seq)

    def _note_removed(self, first: int) -> None:
        oldest = self.ledger.oldest
        self._removed_oldest |= oldest is not None and first <= oldest.seq

    def replay(self, seqs: Sequence[int], *, force: bool) -> dict[int, int]:
        """Put dead letters back; returns the new seq of each that was there."""
        new_seqs: dict[int, int] = {}
        for seq in sorted(set(seqs)):
            if self._sql.execute(queries.DEAD_LETTER_SIZE, (seq,)).fetchone() is None:
                continue
            new_seq = self.ledger.next_seq()
            self._sql.execute(queries.REPLAY_DEAD_LETTER, (new_seq, self._now_us, int(force), seq))
            self._sql.execute(queries.DELETE_DEAD_LETTER, (seq,))
            if self.ledger.oldest is None:
                self.ledger.oldest = Oldest(new_seq, self._now_us)
            new_seqs[seq] = new_seq
        self.ledger.add(books.DEAD_LETTERS, -len(new_seqs))
        self.ledger.add(books.JOURNAL, len(new_seqs))
        return new_seqs

    def drop(self, seqs: Iterable[int]) -> int:
        """Remove dead letters, counted as dropped; returns how many there were."""
        found = 0
        for seq in set(seqs):
            row = self._sql.execute(queries.DEAD_LETTER_SIZE, (seq,)).fetchone()
            if row is not None:
                self._sql.execute(queries.DELETE_DEAD_LETTER, (seq,))
                self.ledger.add(books.BYTES, -row[0])
                found += 1
        self.ledger.add(books.DEAD_LETTERS, -found)
        self.ledger.add(books.DROPPED, found)
        return found

    def set_mark(self, name: str, value: int) -> None:
        """Remember an integer."""
        self._sql.execute(queries.SET_MARK, (name, value))

    def probe(self) -> None:
        """Write, to learn whether writing works again."""
        last_seq = self.ledger.get(books.LAST_SEQ)
        self._sql.execute(queries.SET_COUNTER, (books.LAST_SEQ, last_seq))

    def write(self, committed: Ledger) -> None:
        """Bring the new events and the changed counts to the database, ready for the commit."""
        if self._new_events:
            self._sql.executemany(queries.INSERT_EVENT, self._new_events)
        if self._removed_oldest:
            row = self._sql.execute(queries.OLDEST_EVENT).fetchone()
            self.ledger.oldest = None if row is None else Oldest(*row)
        self._sql.executemany(queries.SET_COUNTER, self.ledger.changes_since(committed))
