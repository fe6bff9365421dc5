"""In a pipe, a table is what cut and awk expect; nothing printed can move the cursor."""

import pytest

from service.commands.terminal import note, plain, print_table


def test_in_a_pipe_rows_are_lines_of_tab_separated_cells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["Seq", "Reason"], [("1", "too\tlong\nby far"), ("2", "x" * 500)])
    out = capsys.readouterr().out
    assert out == f"1\ttoo long by far\n2\t{'x' * 500}\n"


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    note("beside")
    assert capsys.readouterr() == ("", "beside\n")


def test_a_text_from_outside_is_shown_not_obeyed() -> None:
    assert plain("a\x1b[31mb\x07[bold]\ud800") == "a [31mb [bold] "
