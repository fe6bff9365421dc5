"""The index compared with the directory, as an export tells of it; what differs can be repaired.

    export ─▶ read through ─▶ compare with ─▶ wait for the ─▶ look again at ─▶ who else is
              (fields, ids,   the documents    journal         what differed    in the index
              bad lines)                                          │                │
                                                     repairs ─────┴──▶ journal ◀───┘

The index isn't written here: a repair is an event like any other, with the time of the export, so
that whatever happened since outranks it.
"""

from array import array
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Protocol

from service.backfill.batches import export_entry
from service.backfill.comparison import Named, ProfileComparison, Standing, State, Verdict, state_of
from service.backfill.export_file import ExportFile
from service.backfill.findings import DIFFERENCES, Findings
from service.backfill.intake import Intake
from service.backfill.patient_reader import PatientReader
from service.backfill.profiles import BadLine, LineOptions, ReadProfile, profiles_ahead
from service.backfill.seen_users import SeenUsers
from service.documents.exclusion import Exclusions
from service.events.event_time import optional_time
from service.events.event_type import DELETED_TYPE
from service.events.json_text import dump
from service.events.json_value import JsonValue
from service.events.users_export import absent_user, wrap_profile
from service.index.reading import Documents, UserReader
from service.journal.records import Entry

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ReconcileOptions:
    """exported_at_us: when the export was asked for, or earlier. lines: how its lines are judged.

    exclusions: as the index's documents are made with. ignored: fields that may differ. complete:
    fields that the export was asked for, whether or not any user of it has them. repair:
    whether profiles that differ are journaled. delete_surplus: how many users that the export lacks
    may be deleted at most; when there are more, none is.
    """

    exported_at_us: int
    lines: LineOptions
    exclusions: Exclusions
    ignored: frozenset[str] = frozenset()
    complete: frozenset[str] = frozenset()
    repair: bool = False
    delete_surplus: int = 0


class Observer(Protocol):
    """Who is told how it goes."""

    def begins(self, what: str, size: int | None) -> None:
        """size: bytes of what is to be done, if it is known."""
        ...

    def advanced(self, lines: int, position: int) -> None: ...
    def bad_line(self, line: BadLine) -> None: ...
    def waiting(self, reason: str) -> None: ...


class Reconciler:
    """One comparison.

    export: of a file, for it is read up to four times. settled: returns when every event received
    so far is settled, or can't be. intake: where repairs go.
    """

    def __init__(
        self,
        export: ExportFile,
        reader: UserReader,
        intake: Intake | None,
        options: ReconcileOptions,
        observer: Observer,
        *,
        settled: Callable[[], Awaitable[None]],
        now_us: Callable[[], int],
    ) -> None:
        self.findings = Findings()
        self._export = export
        self._index = PatientReader(reader, waiting=observer.waiting, latest_us=self._latest_us)
        self._intake = intake
        self._options = options
        self._observer = observer
        self._settled = settled
        self._now_us = now_us
        self._named = Named(options.complete)
        self._seen = SeenUsers()
        self._older: set[int] = set()  # lines, by number
        self._met = False  # whether the index knows anybody of the export
        self._comparison = ProfileComparison(
            self._named,
            options.exclusions,
            options.ignored,
            exported_at_us=options.exported_at_us,
        )

    async def run(self) -> None:
        """Compare and repair; findings are right even when this raises.

        Raises ExportDamaged: before anything is compared, unless the file is written to later on;
        opensearch-py's exceptions, and what intake raises.
        """
        await self._index.refresh(patiently=False)  # is there an index at all?
        await self._read_through()
        if self._seen.has_anybody_twice():
            await self._find_older_lines()
        suspects = await self._compare()
        await self._settled()
        if suspects:
            self.findings.strange = await self._is_of_others()
            await self._look_again(suspects)
        await self._look_for_surplus()

    async def _read_through(self) -> None:
        self._observer.begins("Reading", self._export.size)
        async for batch in self._batches():
            for line in batch:
                if isinstance(line, BadLine):
                    self.findings.bad += 1
                    self._observer.bad_line(line)
                else:
                    self.findings.lines += 1
                    self._named.add(line.event.profile)
                    self._seen.add(line.event.user_id)
            self._observer.advanced(self.findings.lines, self._export.consumed)

    async def _find_older_lines(self) -> None:
        """An export takes minutes: a user who changes meanwhile can be met twice."""
        self._observer.begins("Reading again", self._export.size)
        newest: dict[str, tuple[int, int]] = {}
        looked = 0
        async for batch in self._batches():
            for line in batch:
                if isinstance(line, ReadProfile) and self._seen.has_twice(line.event.user_id):
                    updated_at = optional_time(line.event.profile.get("updated_at"))
                    this = (updated_at.us if updated_at else 0, line.number)
                    other = newest.setdefault(line.event.user_id, this)
                    if this != other:
                        newest[line.event.user_id] = max(this, other)
                        self._older.add(min(this, other)[1])
            looked += len(batch)
            self._observer.advanced(looked, self._export.consumed)
        self.findings.repeated = len(self._older)
        self.findings.lines -= len(self._older)

    async def _compare(self) -> "array[int]":
        """The lines whose users differ, by number; who doesn't is counted."""
        self._observer.begins("Comparing", self._export.size)
        suspects = array("Q")
        compared = 0
        async for batch in self._batches():
            profiles = [
                line
                for line in batch
                if isinstance(line, ReadProfile) and line.number not in self._older
            ]
            documents = await self._index.documents([line.event.user_id for line in profiles])
            self._met = self._met or bool(documents)
            for line in profiles:
                verdict = self._judge(line, documents)
                if verdict.standing in DIFFERENCES:
                    suspects.append(line.number)
                else:
                    self.findings.note(line.event.user_id, verdict)
            compared += len(profiles)
            self._observer.advanced(compared, self._export.consumed)
        return suspects

    async def _is_of_others(self) -> bool:
        """Whether the two have nobody in common: the export is of another tenant, most likely.

        An index that was made anew has at most users who are newer than the export, or in it.
        """
        if self._met:
            return False
        await self._index.refresh()
        ids = await self._index.first_before(self._options.exported_at_us)
        return bool(ids) and not any(user_id in self._seen for user_id in ids)

    async def _look_again(self, suspects: Iterable[int]) -> None:
        """What was on its way to the index is there now."""
        self._observer.begins("Looking again", self._export.size)
        numbers = frozenset(suspects)
        looked = 0
        async for batch in self._batches():
            profiles = [
                line for line in batch if isinstance(line, ReadProfile) and line.number in numbers
            ]
            documents = await self._index.documents([line.event.user_id for line in profiles])
            repairs: list[Entry] = []
            for line in profiles:
                verdict = self._judge(line, documents)
                self.findings.note(line.event.user_id, verdict)
                if verdict.standing not in DIFFERENCES:
                    continue
                found = documents.get(line.event.user_id)
                if found is not None and self._state(found).repaired:
                    self.findings.settled += 1
                elif self._options.repair and not self.findings.strange:
                    repairs.append(self._repair(line, found))
            if repairs:
                await self._journal(repairs)
                self.findings.journaled += len(repairs)
            looked += len(profiles)
            self._observer.advanced(looked, self._export.consumed)

    async def _look_for_surplus(self) -> None:
        self._observer.begins("Looking for users that the export lacks", None)
        exported_at_us = self._options.exported_at_us
        most = self._options.delete_surplus
        surplus: list[str] = []
        looked = 0
        await self._index.refresh()
        # A user who was read as of that very time, too: see State.repaired.
        async for ids in self._index.users_before(exported_at_us + 1):
            others = [user_id for user_id in ids if user_id not in self._seen]
            for some in _portions(others):
                documents = await self._index.documents(some, whole=False)
                for user_id, document in documents.items():
                    since = self._state(document).is_since(exported_at_us)
                    if "deleted_at" in document or since:
                        continue
                    self.findings.note(user_id, Verdict(Standing.SURPLUS))
                    if len(surplus) <= most:
                        surplus.append(user_id)
            looked += len(ids)
            self._observer.advanced(looked, 0)
        if most and surplus:
            await self._delete(surplus)

    async def _delete(self, surplus: Sequence[str]) -> None:
        if self.findings.strange:
            self.findings.withheld = "the export seems to be of another tenant"
        elif self.findings.bad:
            self.findings.withheld = (
                "an export with bad lines doesn't tell who is not in it; mend or drop them"
            )
        elif len(surplus) > self._options.delete_surplus:
            self.findings.withheld = (
                f"there are more than the {self._options.delete_surplus:,} that may be deleted"
            )
        else:
            read_at_us = self._options.exported_at_us
            for some in _portions(surplus):
                bodies = [absent_user(user_id, read_at_us=read_at_us) for user_id in some]
                await self._journal([export_entry(body, DELETED_TYPE) for body in bodies])
                self.findings.deleted += len(bodies)

    def _judge(self, line: ReadProfile, documents: Documents) -> Verdict:
        found = documents.get(line.event.user_id)
        return self._comparison.judge(line.event, found, latest_us=self._latest_us())

    def _state(self, document: Mapping[str, JsonValue]) -> State:
        exported_at_us = self._options.exported_at_us
        return state_of(document, exported_at_us=exported_at_us, latest_us=self._latest_us())

    def _latest_us(self) -> int:
        """Of what can have happened by now, as the indexer sees it."""
        return self._now_us() + self._options.lines.future_tolerance_us

    def _repair(self, line: ReadProfile, found: Mapping[str, JsonValue] | None) -> Entry:
        whole = self._comparison.completed(line.event.profile, found)
        if whole == line.event.profile:
            return export_entry(line.body)
        return export_entry(wrap_profile(dump(whole), read_at_us=self._options.exported_at_us))

    async def _journal(self, entries: Sequence[Entry]) -> None:
        assert self._intake is not None, "a repair needs a journal"
        await self._intake.append(entries)

    async def _batches(self) -> AsyncIterator[list[ReadProfile | BadLine]]:
        """The whole export, from its beginning."""
        self._export.rewind()
        read = profiles_ahead(self._export, self._options.lines, now_us=self._now_us)
        async with aclosing(read) as batches:
            async for batch in batches:
                yield batch


def _portions(user_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(user_ids), _AT_ONCE):
        yield user_ids[start : start + _AT_ONCE]
