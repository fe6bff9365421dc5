"""`user-sync rebuild`: everything into a new index, without an interruption of anything."""

import asyncio
import sys
import time

import click
from opensearchpy.exceptions import OpenSearchException

from service.commands.index_view import explain
from service.commands.interruption import Signalled, until_signalled
from service.commands.main import Failure
from service.commands.moments import span
from service.commands.terminal import note
from service.documents.document import DeletionMode
from service.index.connection import connect
from service.index.rebuild import Rebuild, RebuildOptions, delete_unread
from service.settings import Settings, load_settings
from service.wiring.stage_options import index_names, opensearch_options

_TELL_EVERY_S = 10.0


@click.command("rebuild")
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    help="Primary shards of the new index; as many as now, without it.",
)
@click.option(
    "--rate",
    type=click.IntRange(1),
    help="Copy at most so many documents a second, to leave OpenSearch to others.",
)
@click.option("--delete-old", is_flag=True, help="Delete the old index after the move.")
@click.option(
    "--discard",
    is_flag=True,
    help="Delete what a rebuild that was killed has left. No other may be running.",
)
def rebuild(shards: int | None, rate: int | None, *, delete_old: bool, discard: bool) -> None:
    """Move everything to a new index.

    For what bootstrap can't change in place, or for another number of shards. serve
    goes on, and readers notice nothing: events that come while the last documents are copied wait
    for a moment. The cluster needs room for everything once more. Interrupted or failing, it leaves
    all as it was.

    \b
    Example:
      user-sync rebuild --shards 3
    """
    settings = load_settings()
    options = RebuildOptions(shards=shards, rate=rate, discard=discard)
    sys.exit(asyncio.run(_rebuild(settings, options, delete_old=delete_old)))


async def _rebuild(settings: Settings, options: RebuildOptions, *, delete_old: bool) -> int:
    if settings.index.deletion_mode is DeletionMode.DELETE:
        note(
            "USER_SYNC_DELETION_MODE is delete: the new index remembers no deletion, and an update "
            "that is late brings its user back."
        )
    client = connect(opensearch_options(settings))
    names = index_names(settings)
    rebuilding = Rebuild(client, names, options, say=note, copied=_Telling().copied)
    try:
        rebuilt = await until_signalled(rebuilding.run())
        click.echo(
            f"{rebuilt.documents:,} documents moved from {rebuilt.old} to {rebuilt.new}, "
            f"tombstones included; events waited {span(round(rebuilt.blocked_s * 1e6))}"
        )
        if not delete_old:
            note(
                f"{rebuilt.old} keeps what it holds, deletions from now on don't reach it, and "
                "nothing can write to it: delete it when you no longer want it."
            )
        elif await delete_unread(client, rebuilt.old):
            click.echo(f"{rebuilt.old} is deleted")
        else:
            raise Failure(f"{rebuilt.old} is still being read: delete it yourself, later")
    except Signalled as end:
        note("Interrupted: the index in use is the one from before, and all is as it was.")
        return end.exit_code
    except OpenSearchException as error:
        raise Failure(explain(error, settings.opensearch.url, names.readers)) from None
    finally:
        await client.close()
    return 0


class _Telling:
    """How far it is, a line now and then."""

    def __init__(self) -> None:
        self._told_s = time.monotonic()

    def copied(self, done: int, of: int) -> None:
        """So many documents of so many."""
        if time.monotonic() - self._told_s >= _TELL_EVERY_S:
            self._told_s = time.monotonic()
            note(f"{done:,} of {of:,} documents")
