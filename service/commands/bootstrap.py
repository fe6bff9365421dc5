"""`user-sync bootstrap`: templates, index and aliases, and what was changed."""

import asyncio
from contextlib import suppress
from functools import partial

import click
from opensearchpy.exceptions import OpenSearchException

from service.clock import clock_us
from service.commands.index_view import explain
from service.commands.main import Failure
from service.commands.terminal import note
from service.index.bootstrap import bootstrap as make_fit
from service.index.change import Change
from service.index.connection import connect
from service.journal import access
from service.journal.errors import JournalError, JournalMissing
from service.settings import Settings, load_settings
from service.wiring.stage_options import index_names, journal_options, opensearch_options


@click.command("bootstrap")
def bootstrap() -> None:
    """Create templates, index and aliases; say what changed.

    Safe to run again: it changes only what differs, destroys nothing, and refuses what would need
    a new index, for which there is rebuild. serve does the same by itself unless
    USER_SYNC_BOOTSTRAP is off.

    \b
    Example:
      USER_SYNC_OPENSEARCH_URL=https://search.example.com:9200 user-sync bootstrap
    """
    asyncio.run(_bootstrap(load_settings()))


async def _bootstrap(settings: Settings) -> None:
    names = index_names(settings)
    client = connect(opensearch_options(settings))
    try:
        changes = await make_fit(
            client,
            names,
            report=_tell,
            creating=partial(_note_made_anew, settings),
        )
    except OpenSearchException as error:
        raise Failure(explain(error, settings.opensearch.url, names.readers)) from None
    finally:
        await client.close()
    if not changes:
        click.echo(f"Nothing to change: the index behind {names.readers} is as it should be.")


def _tell(change: Change) -> None:
    with suppress(BrokenPipeError):  # nobody reads any more, but half of the work would be left
        click.echo(str(change))


async def _note_made_anew(settings: Settings) -> None:
    """serve, now or when it runs again, then tells that users are missing, if it wrote any."""
    options = journal_options(settings)
    try:
        async with access.connect(settings.journal.path, options, create=False) as journal:
            await journal.note_made_anew(clock_us())
    except JournalMissing:
        pass
    except JournalError as error:
        note(f"The journal could not be told that the index is new: {error}")
