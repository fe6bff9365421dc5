"""`user-sync dead-letters` on a real journal that nobody else holds."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.commands.main import cli
from service.journal.dead_letters import DeadLetters
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import Accounting, Burial, DeadLetterSummary, Disposition, Entry

BODIES = [b'{"id": 1}\n', b"\xff not JSON \x1b[31m", b'{"id": 3}']


async def _buried(path: Path, codes: Sequence[str]) -> None:
    journal = await Journal.open(path, JournalOptions())
    await journal.append(
        [Entry(body, "user.updated", Disposition.STORE) for body in BODIES[: len(codes)]]
    )
    records = await journal.claim(after=0, max_events=100, max_bytes=1_000_000)
    await journal.settle(
        [],
        [
            Burial(record.seq, code, f"because of {code}", 1, "user.updated")
            for record, code in zip(records, codes, strict=True)
        ],
    )
    await journal.close()


async def _accounting(path: Path) -> Accounting:
    journal = await Journal.open(path, JournalOptions())
    try:
        return journal.accounting()
    finally:
        await journal.close()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "journal.db"
    monkeypatch.setenv("USER_SYNC_JOURNAL_PATH", str(path))
    asyncio.run(_buried(path, ["time_in_future", "not_json", "time_in_future"]))
    return path


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["dead-letters", *arguments], input=answer)


def numbers(result: Result) -> list[str]:
    return [line.partition("\t")[0] for line in result.stdout.splitlines()]


def test_list_is_one_line_each_in_a_pipe(path: Path) -> None:
    result = run("list")
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert rows[0][2:] == ["time_in_future", "user.updated", "1", "10", "because of time_in_future"]
    assert "3 of 3 shown. By code: time_in_future 2, not_json 1" in result.stderr


def test_list_by_reason_and_page(path: Path) -> None:
    assert numbers(run("list", "--reason", "not_json")) == ["2"]
    first = run("list", "--limit", "2")
    assert numbers(first) == ["1", "2"]
    assert "For the next: --after 2" in first.stderr
    last = run("list", "--limit", "1", "--after", "2")
    assert numbers(last) == ["3"]
    assert "For the next" not in last.stderr
    assert "0 of 0 shown" in run("list", "--reason", "").stderr


def test_a_list_longer_than_a_page_of_the_journals(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running serve answers with no more than a page, whatever is asked for."""
    read = DeadLetters.page

    async def capped(
        self: DeadLetters, *, limit: int, after: int = 0, code: str | None = None
    ) -> list[DeadLetterSummary]:
        return await read(self, limit=min(limit, 1), after=after, code=code)

    monkeypatch.setattr(DeadLetters, "page", capped)
    monkeypatch.setattr("service.commands.dead_letters._PAGE", 1)
    first = run("list", "--limit", "2")
    assert numbers(first) == ["1", "2"]
    assert "For the next: --after 2" in first.stderr
    assert numbers(run("list", "--limit", "9", "--reason", "time_in_future")) == ["1", "3"]


@pytest.mark.parametrize("seq", ["0", "9223372036854775808"])
@pytest.mark.parametrize("command", [["show"], ["replay"], ["drop", "--yes"]])
def test_a_number_that_no_dead_letter_can_have(path: Path, command: list[str], seq: str) -> None:
    result = run(*command, seq)
    assert result.exit_code == 2
    assert "not in the range 1<=x<=9223372036854775807" in result.stderr


def test_show_gives_the_very_bytes(path: Path) -> None:
    for seq, body in enumerate(BODIES, 1):
        result = run("show", str(seq))
        assert result.stdout_bytes == body
    assert "because of time_in_future" in result.stderr


def test_show_of_none(path: Path) -> None:
    result = run("show", "99")
    assert result.exit_code == 1
    assert "There is no dead letter 99." in result.stderr


def test_replay_by_number(path: Path) -> None:
    result = run("replay", "1", "3", "3")
    assert result.exit_code == 0
    assert "2 dead letters went back to the journal." in result.stdout
    assert "No serve is running" in result.stderr
    figures = asyncio.run(_accounting(path))
    assert (figures.dead_letters, figures.journal) == (1, 2)
    assert figures.balanced


def test_replay_all(path: Path) -> None:
    assert run("replay", "--all", "--force").exit_code == 0
    assert asyncio.run(_accounting(path)).journal == 3


def test_replay_by_reason(path: Path) -> None:
    assert "2 dead letters went back" in run("replay", "--reason", "time_in_future").stdout
    assert numbers(run("list")) == ["2"]


def test_naming_what_is_not_there_fails_and_does_the_rest(path: Path) -> None:
    result = run("replay", "2", "99")
    assert result.exit_code == 1
    assert "1 dead letter went back" in result.stdout
    assert "No dead letters: 1 of 2. user-sync dead-letters list" in result.stderr


def test_nothing_of_a_reason_is_no_failure(path: Path) -> None:
    result = run("replay", "--reason", "other")
    assert result.exit_code == 0
    assert "There are no such dead letters." in result.stderr


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["--all", "--reason", "not_json"]])
@pytest.mark.parametrize("act", ["replay", "drop"])
def test_a_choice_is_needed(path: Path, act: str, arguments: list[str]) -> None:
    result = run(act, *arguments)
    assert result.exit_code == 2
    assert "one of the three" in result.stderr


def test_drop_asks(path: Path) -> None:
    refused = run("drop", "--all", answer="n\n")
    assert refused.exit_code == 1
    assert "Drop 3 dead letters for good?" in refused.stderr
    assert asyncio.run(_accounting(path)).dead_letters == 3
    assert run("drop", "--all", answer="y\n").exit_code == 0
    figures = asyncio.run(_accounting(path))
    assert (figures.dead_letters, figures.dropped) == (0, 3)
    assert figures.balanced


def test_drop_without_asking(path: Path) -> None:
    assert "1 dead letter dropped for good." in run("drop", "2", "--yes").stdout
    assert numbers(run("list")) == ["1", "3"]


def test_an_empty_list_says_so(path: Path) -> None:
    run("drop", "--all", "--yes")
    result = run("list")
    assert result.stdout == ""
    assert "There are no dead letters." in result.stderr


def test_without_a_journal_none_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "elsewhere" / "journal.db"
    monkeypatch.setenv("USER_SYNC_JOURNAL_PATH", str(path))
    result = run("list")
    assert result.exit_code == 1
    assert str(path) in result.stderr
    assert not path.parent.exists()
