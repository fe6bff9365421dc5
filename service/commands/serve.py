"""`user-sync serve`: receive events and keep the index equal to the directory."""

import asyncio
import gc
import os
import resource
import sys
from contextlib import suppress

import click
import uvloop

from service.observability.logs import configure_logging
from service.settings import Problem, Settings, SettingsError, load_settings
from service.wiring.root import serve as run_service

# What is alive after start-up stays alive: collections need not walk it again.
_COLLECT_AFTER_ALLOCATIONS = 50_000

# Each connection is one, idle ones too, and a stranger needs no credential to open some.
_MOST_OPEN_FILES = 65_536


@click.command()
def serve() -> None:
    """Receive events and index them until stopped.

    Listens before OpenSearch answers, and stops on SIGTERM or Ctrl-C without losing anything.
    Needs a webhook credential, at least USER_SYNC_WEBHOOK_TOKENS; `user-sync settings` shows all
    settings.

    \b
    Example:
      USER_SYNC_WEBHOOK_TOKENS=change-me user-sync serve
    """
    _fill_standard_files()
    settings = load_settings()
    _require_credential(settings)
    configure_logging(settings.process.log_format, settings.process.log_level)
    _allow_many_connections()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_ALLOCATIONS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_service(settings))


def _fill_standard_files() -> None:
    """Where who starts it closed them: libuv ends the process when it closes another file that has
    one of their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", closefd=False)


def _allow_many_connections() -> None:
    """As far as the system lets us: its usual 1,024 open files are meant to be raised."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_OPEN_FILES if most == resource.RLIM_INFINITY else min(_MOST_OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        with suppress(ValueError, OSError):  # macOS has a limit below what it tells
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _require_credential(settings: Settings) -> None:
    if not settings.webhook.has_credential:
        raise SettingsError(
            [
                Problem(
                    "USER_SYNC_WEBHOOK_TOKENS",
                    "no webhook credential is set, so nobody could be let in",
                    "for example USER_SYNC_WEBHOOK_TOKENS=$(openssl rand -hex 32), or set "
                    "USER_SYNC_WEBHOOK_BASIC or USER_SYNC_WEBHOOK_HEADER",
                )
            ]
        )
