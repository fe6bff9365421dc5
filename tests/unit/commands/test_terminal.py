"""In a pipe, a table is what cut and awk expect; nothing printed can move the cursor."""

import json

import pytest

from service.commands.terminal import note, print_json, print_table


def test_in_a_pipe_rows_are_lines_of_tab_separated_cells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["Seq", "Reason"], [("1", "too\tlong\nby far"), ("2", "x" * 500)])
    out = capsys.readouterr().out
    assert out == f"1\ttoo\\tlong\\nby far\n2\t{'x' * 500}\n"


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    note("beside")
    assert capsys.readouterr() == ("", "beside\n")


def test_json_for_scripts_moves_no_cursor_either(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"a": ["\x9b2J\u202e\x7f\U000e0001 Zoë"], "\x1b": 1}
    print_json(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert all(line.isprintable() for line in out.splitlines())
    assert out.count("\n") == 6
