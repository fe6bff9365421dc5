"""`user-sync bootstrap`: templates, index and aliases, and what was changed."""

import asyncio
from contextlib import suppress

import click
from opensearchpy.exceptions import OpenSearchException

from service.commands.index_view import explain
from service.commands.main import Failure
from service.index.bootstrap import bootstrap as make_fit
from service.index.change import Change
from service.index.connection import connect
from service.settings import Settings, load_settings
from service.wiring.stage_options import index_names, opensearch_options


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
        changes = await make_fit(client, names, report=_tell)
    except OpenSearchException as error:
        raise Failure(explain(error, settings.opensearch.url, names.readers)) from None
    finally:
        await client.close()
    if not changes:
        click.echo(f"Nothing to change: the index behind {names.readers} is as it should be.")


def _tell(change: Change) -> None:
    with suppress(BrokenPipeError):  # nobody reads any more, but half of the work would be left
        click.echo(str(change))
