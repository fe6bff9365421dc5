"""`user-sync`: finds the command, loads only its module, and turns known faults into plain words.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 130 interrupted.
"""

import errno
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from service import __version__
from service.observability.printable import printable_lines

_UNCHANGED = "nothing was changed"


@dataclass(frozen=True, slots=True)
class Subcommand:
    """Where a command lives: a module of this package, with a click command of the same name.

    about: the first sentence of the command's help, told here so that --help loads nothing.
    interrupted: what Ctrl-C leaves where the command itself doesn't handle it.
    """

    module: str
    about: str
    interrupted: str = _UNCHANGED


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "serve": Subcommand(
        "serve", "Receive events and index them until stopped.", "what was acknowledged is kept"
    ),
    "bootstrap": Subcommand(
        "bootstrap",
        "Create templates, index and aliases; say what changed.",
        "what it told of is done, and running it again does the rest",
    ),
    "import": Subcommand("import_users", "Index the users of an Auth0 users export."),
    "reconcile": Subcommand("reconcile", "Compare the index with an Auth0 users export."),
    "rebuild": Subcommand("rebuild", "Move everything to a new index."),
    "demo": Subcommand("demo", "Play a sample history on an OpenSearch of its own."),
    "status": Subcommand("status", "Show the journal, the accounting and the index."),
    "verify": Subcommand("verify", "Try a running service with a canary user, and time it."),
    "dead-letters": Subcommand(
        "dead_letters",
        "Look at, replay or drop what couldn't be indexed.",
        "user-sync dead-letters list shows what is left",
    ),
    "settings": Subcommand("settings", "Print every setting with its value, unit and meaning."),
}


class Told(click.ClickException):
    """A message that may quote what others wrote, OpenSearch for one."""

    def format_message(self) -> str:
        """As it is shown."""
        return printable_lines(self.message)


class Failure(Told):
    """A command's end that is not a fault of its usage: the message says what to do."""

    exit_code = 1


class WrongSettings(Told):
    """Settings that can't be used."""

    exit_code = 2


class Cli(click.Group):
    """Loads a subcommand's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of the flow of work."""
        return list(SUBCOMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in SUBCOMMANDS:
            return None
        name = SUBCOMMANDS[cmd_name].module
        command = getattr(import_module(f"service.commands.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """The commands with what they are for, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, sub.about) for name, sub in SUBCOMMANDS.items()])

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments: --help and --version print here already."""
        with _telling(), _interruptible():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; faults that people can mend become a message and an exit code."""
        with _telling():
            try:
                with _interruptible(ctx):
                    return super().invoke(ctx)
            finally:
                # What fails here can be told; at the interpreter's end it would be a trace.
                if sys.stdout is not None:
                    sys.stdout.flush()


@contextmanager
def _interruptible(ctx: click.Context | None = None) -> Iterator[None]:
    """Ctrl-C as an exit code that no command has otherwise, and a line."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort) as end:
        if isinstance(end, click.Abort) and not isinstance(end.__context__, KeyboardInterrupt):
            raise  # a question was answered with no
        command = SUBCOMMANDS.get(ctx.invoked_subcommand or "") if ctx else None
        left = command.interrupted if command else _UNCHANGED
        click.echo(f"Interrupted; {left}.", err=True)
        sys.exit(128 + signal.SIGINT)


@contextmanager
def _telling() -> Iterator[None]:
    """Faults of known classes as click's, with a message; others pass through."""
    try:
        yield
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        raise told from None


# Faults whose text is made for people, by their class: their modules are loaded only by who raises
# them.
_TOLD: Mapping[tuple[str, str], type[click.ClickException]] = {
    ("service.settings.problems", "SettingsError"): WrongSettings,
    ("service.index.connection", "InvalidCaFile"): WrongSettings,
    ("service.receiver.authorisation", "InvalidCredential"): WrongSettings,
    ("service.journal.errors", "JournalError"): Failure,
    ("service.index.errors", "BootstrapError"): Failure,
    ("service.index.errors", "RebuildFailed"): Failure,
    ("service.doors.errors", "CannotListen"): Failure,
}


# The journal's disk is told as a JournalError: these can only be the output's.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _told(error: Exception) -> click.ClickException | None:
    """The message for a fault of a known class; None for any other."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _forget_output()
        return Failure(f"the output can't be written: {error.strerror}")
    for kind in type(error).__mro__:
        if telling := _TOLD.get((kind.__module__, kind.__qualname__)):
            return telling(str(error))
    return None


def _forget_output() -> None:
    """What stdout still holds would be written, and fail, once more at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@click.group(
    cls=Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="user-sync")
def cli() -> None:
    """Keep an OpenSearch index equal to an Auth0 directory.

    \b
    Begin with one of:
      user-sync demo        see it work, on this machine alone
      user-sync settings    what can be set, all by environment variables USER_SYNC_…
      user-sync serve       receive events; needs at least USER_SYNC_WEBHOOK_TOKENS
    """
    # Loaded here, so that --help stays quick.
    from service.commands.terminal import note  # noqa: PLC0415
    from service.settings import doubtful_exclusions, unknown_variables  # noqa: PLC0415

    for problem in unknown_variables(os.environ):
        note(f"passed over: {problem}")
    for problem in doubtful_exclusions(os.environ):
        note(str(problem))
