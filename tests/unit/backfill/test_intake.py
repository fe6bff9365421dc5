"""The journal is never overrun, and a wait that can't end is no wait."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from service.backfill.intake import Intake, IntakeOptions
from service.journal.errors import JournalError, JournalFull, JournalUnavailable
from service.journal.records import Accounting, Disposition, Entry
from service.journal.remote import OwnerGone
from tests.waiting import until

ENTRIES = [Entry(b"{}", "user.read", Disposition.STORE)]


class ScriptedJournal:
    """Answers each append and each question as told, the last answer for ever."""

    def __init__(self, appends: Sequence[JournalError | None], waiting: Sequence[int] = (0,)):
        self._appends = list(appends)
        self._waiting = list(waiting)
        self.appended: list[Entry] = []
        self.size = 0

    async def append(self, entries: Sequence[Entry]) -> None:
        answer = self._appends.pop(0) if len(self._appends) > 1 else self._appends[0]
        if answer is not None:
            raise answer
        self.appended += entries

    async def accounting(self) -> Accounting:
        waiting = self._waiting.pop(0) if len(self._waiting) > 1 else self._waiting[0]
        counts = dict.fromkeys(
            (
                "applied",
                "stale",
                "duplicate",
                "superseded",
                "ignored",
                "test",
                "refused",
                "dropped",
                "dead_letters",
            ),
            0,
        )
        return Accounting(received={}, journal=waiting, bytes=self.size, **counts)


def intake(
    journal: ScriptedJournal, told: list[str], *, paced: bool = True, **options: Any
) -> Intake:
    chosen = IntakeOptions(**{"most_bytes": 1000, "most_events": 10, "tell_after_s": 0} | options)
    access: Any = journal
    return Intake(access, chosen, paced=paced, waiting=told.append)


async def test_entries_go_in() -> None:
    told: list[str] = []
    journal = ScriptedJournal([None])
    await intake(journal, told).append(ENTRIES)
    assert (journal.appended, told) == (ENTRIES, [])


@pytest.mark.parametrize("error", [JournalFull("it is full"), JournalUnavailable("no disk")])
async def test_beside_a_service_a_refusal_is_waited_out_and_told_once(error: JournalError) -> None:
    told: list[str] = []
    journal = ScriptedJournal([error, error, error, None])
    await intake(journal, told).append(ENTRIES)
    assert (journal.appended, told) == (ENTRIES, [str(error)])


async def test_a_short_wait_is_not_told() -> None:
    told: list[str] = []
    journal = ScriptedJournal([JournalFull("it is full"), None])
    await intake(journal, told, tell_after_s=60).append(ENTRIES)
    assert told == []


async def test_what_waits_to_be_indexed_goes_first() -> None:
    told: list[str] = []
    journal = ScriptedJournal([None], waiting=[30, 20, 10, 9])
    await intake(journal, told).append(ENTRIES)
    assert journal.appended == ENTRIES
    assert told == ["30 events wait to be indexed"]


async def test_half_of_the_journal_stays_free_for_live_events() -> None:
    told: list[str] = []
    journal = ScriptedJournal([None])
    journal.size = 1000
    sending = asyncio.create_task(intake(journal, told).append(ENTRIES))
    await until(lambda: bool(told))
    assert journal.appended == []
    journal.size = 999
    await sending
    assert journal.appended == ENTRIES


@pytest.mark.parametrize("error", [JournalFull("it is full"), JournalUnavailable("no disk")])
async def test_with_nobody_to_empty_the_journal_a_refusal_is_final(error: JournalError) -> None:
    journal = ScriptedJournal([error])
    with pytest.raises(type(error)):
        await intake(journal, [], paced=False).append(ENTRIES)


async def test_alone_nothing_is_paced() -> None:
    journal = ScriptedJournal([None], waiting=[1000])
    await intake(journal, [], paced=False).append(ENTRIES)
    assert journal.appended == ENTRIES


async def test_a_service_that_went_away_is_not_waited_for() -> None:
    journal = ScriptedJournal([OwnerGone("it went away")])
    with pytest.raises(OwnerGone):
        await intake(journal, []).append(ENTRIES)
