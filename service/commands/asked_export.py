"""An export that a command asks Auth0 for, where it is given no file."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

from service.backfill.export_file import ExportFile, ExportUnreadable, not_kept
from service.backfill.export_format import EXPORT_FIELDS
from service.clock import clock_us
from service.commands.export_progress import ExportProgress
from service.commands.interruption import Signalled, until_signalled
from service.commands.terminal import note
from service.directory.errors import DirectoryError
from service.directory.export import fetch_export
from service.directory.management_api import ManagementApi
from service.directory.options import DirectoryOptions
from service.settings import Settings
from service.wiring.stage_options import directory_options

_NAME = "Auth0's export"
_NOT_SET_UP = (
    "there is no FILE, and Auth0 can't be asked for one: set USER_SYNC_AUTH0_DOMAIN, "
    "USER_SYNC_AUTH0_CLIENT_ID and USER_SYNC_AUTH0_CLIENT_SECRET, or name an export's FILE"
)


@dataclass(frozen=True, slots=True)
class AskedExport:
    """file: kept without a name, gone with this process. as_of_us: µs since the epoch; what changed
    since may be in it or not."""

    file: ExportFile
    as_of_us: int


def ask_for_export(settings: Settings) -> AskedExport:
    """An export of all users with all fields.

    Raises ExportUnreadable; a signal ends the process.
    """
    options = directory_options(settings)
    if options is None:
        raise ExportUnreadable(_NOT_SET_UP)
    try:
        with tempfile.TemporaryFile() as kept:
            as_of_us = asyncio.run(_ask(options, kept))
            return AskedExport(ExportFile.of_kept(kept, _NAME), as_of_us)
    except Signalled as end:
        note("Interrupted; nothing was changed.")
        sys.exit(end.exit_code)
    except DirectoryError as error:
        raise ExportUnreadable(str(error)) from None
    except OSError as error:
        raise not_kept(_NAME, error) from error


async def _ask(options: DirectoryOptions, into: IO[bytes]) -> int:
    """Write the export; returns as of when it is, µs since the epoch. Raises Signalled."""
    with ExportProgress() as progress:
        async with ManagementApi(options, progress.waiting) as api:
            fetching = fetch_export(
                api,
                EXPORT_FIELDS,
                into,
                getting_on=progress.getting_on,
                waiting=progress.waiting,
                now_us=clock_us,
            )
            return await until_signalled(fetching)
