"""No event vanishes: whatever is done in whatever order, the books say where every event is."""

import asyncio
import tempfile
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from service.journal.errors import JournalFull
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Accounting, Burial, Disposition, Entry, Outcome, Settlement
from tests.unit.journal.samples import SECOND_US, Clock

T = TypeVar("T")

# Few bodies and seqs, so that repetitions and collisions are common.
entries = st.lists(
    st.builds(
        Entry,
        body=st.sampled_from([b"", b"a", b"bb", b"ccc", b"dddd"]),
        type=st.sampled_from(["user.created", "user.deleted"]),
        disposition=st.sampled_from([Disposition.STORE] * 4 + list(Disposition)),
        tenant=st.sampled_from([None, None, "ours", "theirs"]),
    ),
    max_size=4,
)
seqs = st.integers(1, 40)


class Model(RuleBasedStateMachine):
    """The journal beside plain dicts of what should be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.options = JournalOptions(
            min_free_disk_bytes=0, max_bytes=60, lock_wait_s=0, duplicate_window_us=3 * SECOND_US
        )
        self.journal = self.open()
        self.events: dict[int, bytes] = {}
        self.dead: dict[int, bytes] = {}
        self.last_seq = 0
        self.tenant: str | None = None
        self.seen_us: dict[bytes, int] = {}
        self.expected = replace(self.journal.accounting(), received={})

    def do(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    def open(self) -> Journal:
        path = Path(self.folder.name) / "journal.db"
        return self.do(Journal.open(path, self.options, now_us=self.clock))

    def count(self, **more: int) -> None:
        values = {name: getattr(self.expected, name) + number for name, number in more.items()}
        self.expected = replace(self.expected, **values)

    @rule(sent=entries)
    def append(self, sent: list[Entry]) -> None:
        size = sum(len(e.body) for e in sent if e.disposition is Disposition.STORE)
        kept = sum(map(len, [*self.events.values(), *self.dead.values()]))
        if size and kept + size > self.options.max_bytes:
            with pytest.raises(JournalFull):
                self.do(self.journal.append(sent))
            return
        self.do(self.journal.append(sent))
        for entry in sent:
            received = dict(self.expected.received)
            received[entry.type] = received.get(entry.type, 0) + 1
            self.expected = replace(self.expected, received=received)
            self.account_for(entry)

    def account_for(self, entry: Entry) -> None:
        if entry.disposition is not Disposition.STORE:
            self.count(**{entry.disposition.value: 1})
            return
        self.tenant = self.tenant or entry.tenant
        if entry.tenant not in (None, self.tenant):
            self.count(refused=1)
            return
        seen_us = self.seen_us.get(entry.body)
        if seen_us is not None and seen_us >= self.clock.us - self.options.duplicate_window_us:
            self.count(duplicate=1)
            return
        self.seen_us[entry.body] = self.clock.us
        self.last_seq += 1
        self.events[self.last_seq] = entry.body

    @rule(
        done=st.lists(st.tuples(seqs, st.sampled_from(Outcome)), max_size=5),
        poison=st.lists(seqs, max_size=3),
    )
    def settle(self, done: list[tuple[int, Outcome]], poison: list[int]) -> None:
        self.do(
            self.journal.settle(
                [Settlement(seq, outcome) for seq, outcome in done],
                [Burial(seq, f"code_{seq % 3}", "reason", 1, "type") for seq in poison],
            )
        )
        for seq, outcome in done:
            if self.events.pop(seq, None) is not None:
                self.count(**{outcome.value: 1})
        for seq in poison:
            if seq in self.events:
                self.dead[seq] = self.events.pop(seq)
                self.seen_us.pop(self.dead[seq], None)

    @rule(which=st.lists(seqs, max_size=4), force=st.booleans())
    def replay(self, which: list[int], force: bool) -> None:
        found = sorted(set(which) & self.dead.keys())
        assert self.do(self.journal.dead_letters.replay(which, force=force)) == len(found)
        for seq in found:
            self.last_seq += 1
            self.events[self.last_seq] = self.dead.pop(seq)

    @rule(which=st.lists(seqs, max_size=4))
    def drop(self, which: list[int]) -> None:
        found = set(which) & self.dead.keys()
        assert self.do(self.journal.dead_letters.drop(which)) == len(found)
        self.count(dropped=len(found))
        for seq in found:
            del self.dead[seq]

    @rule()
    def expire_all(self) -> None:
        assert self.do(self.journal.dead_letters.expire(self.clock.us + 1)) == len(self.dead)
        self.count(dropped=len(self.dead))
        self.dead.clear()

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        self.clock.us += seconds * SECOND_US

    @rule()
    def reopen(self) -> None:
        self.do(self.journal.close())
        self.journal = self.open()
        self.seen_us.clear()

    @invariant()
    def books_and_contents_agree(self) -> None:
        books: Accounting = self.journal.accounting()
        kept = sum(map(len, [*self.events.values(), *self.dead.values()]))
        assert books.balanced
        assert books == replace(
            self.expected, journal=len(self.events), dead_letters=len(self.dead), bytes=kept
        )
        claimed = self.do(self.journal.claim(after=0, max_events=1000, max_bytes=10**6))
        assert {record.seq: record.body for record in claimed} == self.events
        letters = self.do(self.journal.dead_letters.page(limit=1000))
        assert {letter.seq for letter in letters} == self.dead.keys()
        assert self.journal.last_seq() == self.last_seq
        assert self.journal.tenant() == self.tenant
        assert (self.journal.oldest_received_us() is None) == (not self.events)

    def teardown(self) -> None:
        self.do(self.journal.close())
        self.runner.close()
        self.folder.cleanup()


TestAccounting = Model.TestCase
TestAccounting.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
