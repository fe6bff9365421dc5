"""An export ends up in a real journal, every line counted; what is known is not repeated."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.importer import Tally, import_users
from service.backfill.intake import Intake, IntakeOptions
from service.backfill.profiles import BadLine, LineOptions
from service.events.event_type import READ_TYPE
from service.journal.access import JournalAccess, connect
from service.journal.errors import JournalFull
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Burial
from tests.unit.backfill.exports import ndjson, user, written

OPTIONS = JournalOptions(min_free_disk_bytes=0)
NOW_US = 1_750_000_000_000_000


class Witness:
    def __init__(self) -> None:
        self.bad: list[BadLine] = []
        self.positions: list[int] = []

    def bad_line(self, line: BadLine) -> None:
        self.bad.append(line)

    def advanced(self, lines: int, position: int) -> None:
        self.positions.append(position)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
async def access(path: Path) -> AsyncIterator[JournalAccess]:
    async with connect(path, OPTIONS) as journal:
        yield journal


async def run(
    export_path: str, journal: JournalAccess, witness: Witness, tally: Tally, **options: int
) -> None:
    export = ExportFile.open(export_path)
    try:
        await import_users(
            export,
            journal,
            Intake(journal, IntakeOptions(most_bytes=1), paced=False, waiting=lambda _: None),
            LineOptions(future_tolerance_us=0, longest_line=10_000, largest_body=100_000),
            witness,
            tally=tally,
            now_us=lambda: NOW_US,
            **options,
        )
    finally:
        export.close()


async def test_every_line_is_journaled_and_counted(tmp_path: Path, access: JournalAccess) -> None:
    users = [user(str(number)) for number in range(25)]
    text = ndjson(*users[:10], b"not json", b"", *users[10:], user("long", name="x" * 10_000))
    witness, tally = Witness(), Tally()
    await run(written(tmp_path, text), access, witness, tally, max_lines=4)
    assert tally == Tally(journaled=26, bad=2, known=0, left_out=1)
    assert tally.lines == 27
    assert [(line.number, line.code) for line in witness.bad] == [
        (11, "line_not_json"),
        (28, "line_too_long"),
    ]
    figures = await access.accounting()
    assert (figures.journal, dict(figures.received)) == (26, {READ_TYPE: 26})
    assert witness.positions[-1] == len(text)


async def test_what_came_before_damage_is_in(tmp_path: Path, access: JournalAccess) -> None:
    tally = Tally()
    stored = gzip.compress(ndjson(user("ada"), user("bob")))[:-8]
    with pytest.raises(ExportDamaged):
        await run(written(tmp_path, stored), access, Witness(), tally)
    assert tally.journaled == (await access.accounting()).journal == 2


async def test_a_full_journal_ends_it_with_a_right_count(tmp_path: Path, path: Path) -> None:
    tally = Tally()
    small = JournalOptions(min_free_disk_bytes=0, max_bytes=5000)
    async with connect(path, small) as journal:
        with pytest.raises(JournalFull):
            await run(
                written(tmp_path, ndjson(*(user(str(number)) for number in range(50)))),
                journal,
                Witness(),
                tally,
                max_lines=3,
            )
        assert 0 < tally.journaled == (await journal.accounting()).journal < 50


async def test_a_bad_line_that_is_a_dead_letter_already_is_told_but_not_journaled_again(
    tmp_path: Path, path: Path
) -> None:
    export = written(tmp_path, ndjson(user("ada"), b"not json", b"nor this", user("bob")))
    async with connect(path, OPTIONS) as access:
        await run(export, access, Witness(), Tally())
    journal = await Journal.open(path, OPTIONS)
    records = await journal.claim(after=0, max_events=10, max_bytes=10_000)
    first = records[1]
    await journal.settle(
        [], [Burial(first.seq, "line_not_json", "why", attempts=1, type=READ_TYPE)]
    )
    await journal.close()
    witness, tally = Witness(), Tally()
    async with connect(path, OPTIONS) as access:
        await run(export, access, witness, tally)
    assert tally == Tally(journaled=3, bad=2, known=1, left_out=0)
    assert [line.number for line in witness.bad] == [2, 3]


async def test_a_user_cut_in_the_middle_ends_the_import(
    tmp_path: Path, access: JournalAccess
) -> None:
    """Those who would follow are missing: it isn't a bad line among good ones."""
    text = ndjson(*(user(str(number)) for number in range(5)))[:-20]
    witness, tally = Witness(), Tally()
    with pytest.raises(ExportDamaged, match="line 5: it was cut off"):
        await run(written(tmp_path, text), access, witness, tally)
    assert tally == Tally(journaled=4)


@pytest.mark.parametrize("last", [b"# end", b"{}"])
async def test_a_last_line_without_an_end_is_as_good_or_bad_as_others(
    tmp_path: Path, access: JournalAccess, last: bytes
) -> None:
    witness, tally = Witness(), Tally()
    await run(written(tmp_path, ndjson(user()) + last), access, witness, tally)
    assert tally == Tally(journaled=2, bad=1)
