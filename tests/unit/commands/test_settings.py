"""`user-sync settings`: for reading, for pasting, for the README; never a secret."""

import pytest
from click.testing import CliRunner, Result

from service.commands.main import cli
from service.settings import load_settings
from service.settings.catalogue import ENTRIES


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in ENTRIES:
        monkeypatch.delenv(entry.variable, raising=False)
    monkeypatch.setenv("USER_SYNC_TENANT", "acme")
    monkeypatch.setenv("USER_SYNC_WEBHOOK_TOKENS", "hush-1,hush-2")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["settings", *arguments])


def test_in_a_pipe_every_setting_is_a_line_of_five_cells() -> None:
    result = run()
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == [entry.variable for entry in ENTRIES]
    assert {len(row) for row in rows} == {5}
    by_name = {row[0]: row[1:] for row in rows}
    assert by_name["USER_SYNC_TENANT"][:2] == ["acme", ""]
    assert by_name["USER_SYNC_PORT"][:3] == ["8080", "8080", "port"]


@pytest.mark.parametrize("form", ["text", "env", "markdown"])
def test_no_form_shows_a_secret(form: str) -> None:
    result = run("--format", form)
    assert result.exit_code == 0
    assert "hush" not in result.stdout


def test_on_a_terminal_settings_stand_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    result = run()
    assert "Where the two doors listen" in result.stdout
    assert "USER_SYNC_TENANT" in result.stdout
    assert max(map(len, result.stdout.splitlines())) < 100


def test_the_environment_form_gives_the_same_settings_back() -> None:
    result = run("--format", "env")
    lines = [line for line in result.stdout.splitlines() if line and not line.startswith("#")]
    assert lines == ["USER_SYNC_TENANT=acme"]
    environ = dict(line.split("=", 1) for line in lines)
    assert load_settings(environ).journal.tenant == "acme"


def test_the_markdown_form_is_a_table() -> None:
    lines = run("--format", "markdown").stdout.splitlines()
    assert len(lines) == len(ENTRIES) + 2
    assert all(line.replace(r"\|", "").count("|") == 5 for line in lines)


def test_wrong_settings_end_with_2_and_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_SYNC_PORT", "eighty")
    result = run()
    assert result.exit_code == 2
    assert "USER_SYNC_PORT: 'eighty' is not a whole number" in result.stderr
    assert "Traceback" not in result.output
