"""The README says what the program says, and names only what is there."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.commands.main import SUBCOMMANDS, cli

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/nobody")
    shown = CliRunner().invoke(cli, ["settings", "--format", "markdown"]).output
    begin, end = "settings --format markdown -->\n", "<!-- end of settings -->"
    assert README.partition(begin)[2].partition(end)[0] == shown


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:tests|service|bench|docs)/[\w./-]+)`", README)))
)
def test_every_path_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_section_that_a_message_names_is_there() -> None:
    program = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("service/**/*.py"))
    named = set(re.findall(r"the README (?:tells more )?(?:under|on) ([^\"`;.]+)\"", program))
    assert named
    assert named <= set(re.findall(r"^## (.+)$", README, re.MULTILINE))


def test_every_command_it_names_is_there() -> None:
    named = set(re.findall(r"user-sync ([a-z]+(?:-[a-z]+)*)", README))
    assert named <= set(SUBCOMMANDS)
    assert {"serve", "verify", "import", "status", "dead-letters", "settings"} <= named
