"""The page: fits any width, wide letters included, and is plain text in a pipe."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from service.demo.closing import accounting_table
from service.demo.history import history
from service.demo.page import Page
from service.demo.telling import Teller, counted
from service.journal.records import Accounting

NOW_US = 1_795_000_000_000_000
FIGURES = Accounting({"user.created": 1200}, 1100, 98, 0, 0, 1, 0, 0, 0, 1, 0, 900)


def told(width: int, *, terminal: bool = False) -> str:
    """Every step's beginning and deliveries, and the accounting."""
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, force_terminal=terminal)
    teller = Teller(Page(console))
    teller.opening()
    teller.started("user-sync serve", "http://127.0.0.1:54321/webhook", "in 1.2 s")
    for number, step in enumerate(history(NOW_US, 1), 1):
        teller.step_begins(number, step)
        for delivery in step.deliveries if step.one_by_one else ():
            teller.delivered(step, delivery, 204)
    accounting_table(teller.page, FIGURES)
    teller.verdict(["Ann Smith: name is 'Anne', should be 'Ann Smith'"] * 20, seed=5)
    with teller.page.waiting("a node starts"):
        pass
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_nor_ends_in_blanks(width: int) -> None:
    for line in told(width).splitlines():
        assert cell_len(line) <= min(width, 84)
        assert line == line.rstrip()


def test_a_very_narrow_terminal_gets_its_text_all_the_same() -> None:
    assert "Poison" in told(20)


def test_a_pipe_gets_no_escape_codes() -> None:
    assert "\x1b" not in told(80)


def test_waiting_hides_no_cursor_and_leaves_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    last = told(80, terminal=True).split("\n")[-1]
    assert "a node starts …" in last
    assert last.endswith("\r\x1b[2K")
    assert "\x1b[?25l" not in last
    monkeypatch.setenv("TERM", "dumb")
    assert "a node starts" not in told(80, terminal=True)


def test_no_color_leaves_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[32m" in told(80, terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in told(80, terminal=True)


def test_a_balance_that_does_not_add_up_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    accounting_table(Page(), FIGURES)
    assert "1,200  received      which is all of them" in capsys.readouterr().out
    accounting_table(Page(), Accounting({"user.created": 3}, *([0] * 11)))
    assert "3  received      which does NOT add up" in capsys.readouterr().out


def test_counts_read_as_words() -> None:
    grown = {"applied": 1, "duplicate": 2, "test": 1, "dead_letters": 1}
    assert counted(grown) == "1 applied, 2 duplicates, 1 test event, 1 dead letter"
    assert counted({"duplicate": 1200, "dead_letters": 3}) == "1,200 duplicates, 3 dead letters"
