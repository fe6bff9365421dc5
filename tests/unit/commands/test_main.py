"""`user-sync` itself: what it lists, how fast, and how it ends."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from array import array
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import click
import pytest
from click.testing import CliRunner

from service.__main__ import main as start
from service.commands import main
from service.commands.main import SUBCOMMANDS, cli
from service.journal.errors import JournalInUse
from service.settings import Problem, SettingsError


def test_help_lists_every_command_in_order_with_what_it_is_for() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert result.exit_code == 0
    places = [result.output.index(sub.about) for sub in SUBCOMMANDS.values()]
    assert places == sorted(places)


def test_help_loads_no_command_and_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from service.commands.main import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert not loaded & {"aiohttp", "opensearchpy", "pydantic", "rich", "service.commands.status"}


PRESENT = [name for name, sub in SUBCOMMANDS.items() if find_spec(f"service.commands.{sub.module}")]


@pytest.mark.parametrize("name", PRESENT)
def test_the_list_says_what_the_command_says(name: str) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    assert command.get_short_help_str(limit=200) == SUBCOMMANDS[name].about


@pytest.mark.parametrize("name", [*PRESENT, "dead-letters replay", "dead-letters drop"])
def test_help_shows_an_example(name: str) -> None:
    result = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(cli, ["nope"])
    assert result.exit_code == 2
    assert "No such command 'nope'" in result.output


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[click.Command]:
    class Failing(click.Command):
        error: BaseException

        def invoke(self, ctx: click.Context) -> object:
            raise self.error

    monkeypatch.setattr(main.Cli, "get_command", lambda *_: Failing("status"))
    return Failing


@pytest.mark.parametrize(
    ("error", "exit_code", "said"),
    [
        (SettingsError([Problem("USER_SYNC_PORT", "bad")]), 2, "Error: a setting is wrong:"),
        (JournalInUse("another serve owns it"), 1, "Error: another serve owns it"),
    ],
)
def test_known_faults_are_messages(
    failing: type[click.Command], error: Exception, exit_code: int, said: str
) -> None:
    failing.error = error  # type: ignore[attr-defined]
    result = CliRunner().invoke(cli, ["status"])
    assert result.exit_code == exit_code
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_an_interruption_is_told_with_what_it_leaves(
    failing: type[click.Command], name: str
) -> None:
    failing.error = KeyboardInterrupt()  # type: ignore[attr-defined]
    result = CliRunner().invoke(cli, [name])
    assert result.exit_code == 130
    assert result.output == f"Interrupted; {SUBCOMMANDS[name].interrupted}.\n"


@pytest.mark.parametrize(("typed", "exit_code"), [(KeyboardInterrupt, 130), (EOFError, 1)])
def test_only_ctrl_c_interrupts_a_question(
    typed: type[BaseException],
    exit_code: int,
    failing: type[click.Command],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def type_it(_: str) -> str:
        raise typed

    monkeypatch.setattr(click.termui, "visible_prompt_func", type_it)
    with pytest.raises(click.Abort) as end:
        click.confirm("Drop?")
    failing.error = end.value  # type: ignore[attr-defined]
    assert CliRunner().invoke(cli, ["status"]).exit_code == exit_code


@pytest.mark.parametrize(
    "arguments", ["import -", "reconcile - --exported-at 2026-03-01T00:00:00Z"]
)
def test_ctrl_c_while_a_pipe_is_waited_for_is_an_interruption(
    arguments: str, tmp_path: Path
) -> None:
    environ = {**os.environ, "USER_SYNC_JOURNAL_PATH": str(tmp_path / "journal.db")}
    command = [sys.executable, "-m", "service", *arguments.split()]
    reading, writing = os.pipe()
    with subprocess.Popen(
        command, stdin=reading, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        os.close(reading)
        os.write(writing, b"{")
        _until_read(writing)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        os.close(writing)
    assert (told, process.returncode) == ("Interrupted; nothing was changed.\n", 130)


def _until_read(writing: int) -> None:
    """Return when a pipe is empty."""
    waiting = array("i", [1])
    deadline = time.monotonic() + 30
    while waiting[0]:
        assert time.monotonic() < deadline
        fcntl.ioctl(writing, termios.FIONREAD, waiting)


@pytest.mark.parametrize(("module", "name"), main._TOLD)
def test_every_fault_that_is_told_exists(module: str, name: str) -> None:
    assert issubclass(getattr(import_module(module), name), Exception)


def test_an_unknown_fault_stays_one(failing: type[click.Command]) -> None:
    failing.error = ZeroDivisionError()  # type: ignore[attr-defined]
    result = CliRunner().invoke(cli, ["status"])
    assert isinstance(result.exception, ZeroDivisionError)


def _into(stdout: IO[bytes] | int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Buffered, as it is for people: what is printed is written at the end."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
        check=False,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", ["settings", "settings --help", "--help", "--version"])
def test_an_output_without_room_is_told(arguments: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = _into(full, *arguments.split())
    assert done.stderr == "Error: the output can't be written: No space left on device\n"
    assert done.returncode == 1


def test_an_output_that_nobody_reads_any_more_is_no_trace() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = _into(writing, "settings")
    os.close(writing)
    assert (done.stderr, done.returncode) == ("", 1)


def test_an_interruption_while_it_is_loaded_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class CtrlC:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "service.commands.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "service.commands.main")
    monkeypatch.setattr(sys, "meta_path", [CtrlC(), *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        start()
    assert end.value.code == 130
    assert capsys.readouterr().err == "Interrupted; nothing was changed.\n"
