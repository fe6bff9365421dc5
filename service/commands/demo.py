"""`user-sync demo`: see it work, on this machine alone."""

import os
import sys

import click
from opensearchpy.exceptions import OpenSearchException

from service.commands.index_view import explain
from service.commands.main import Failure
from service.demo.errors import DemoError
from service.demo.session import run
from service.engine import EngineError
from service.settings import load_settings

_SIGNALLED = 128  # as a shell tells it


@click.command()
@click.option("--once", is_flag=True, help="End after the story; 0 if the index is exactly right.")
def demo(once: bool) -> None:
    """Play a sample history on an OpenSearch of its own.

    Starts an OpenSearch node and `user-sync serve` on this machine, posts a history with all that
    can go wrong to the webhook, and tells what becomes of it. Stays up for you to try until Ctrl-C,
    and leaves nothing behind. The first run downloads OpenSearch; it says how much.

    With USER_SYNC_OPENSEARCH_URL set it plays on that cluster, in an index of its own which it
    removes in the end. USER_SYNC_PORT and USER_SYNC_PRIVATE_PORT choose ports; by default free
    ones are taken. No other setting counts.

    \b
    Example:
      user-sync demo
      user-sync demo --once
    """
    settings = load_settings()
    try:
        code = run(settings, once=once)
    except (DemoError, EngineError) as error:
        raise Failure(str(error)) from None
    except OpenSearchException as error:
        raise Failure(explain(error, settings.opensearch.url, "of the demo")) from None
    if code > _SIGNALLED:
        sys.stdout.flush()
        os._exit(code)  # without waiting for the threads of an interrupted download
    sys.exit(code)
