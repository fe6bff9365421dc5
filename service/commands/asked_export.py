"""An export that a command asks Auth0 for, where it is given no file."""

import asyncio
import signal
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

from service.backfill.export_file import ExportFile, ExportUnreadable, not_kept
from service.backfill.export_format import EXPORT_FIELDS
from service.commands.export_progress import ExportProgress
from service.commands.interruption import until_signalled
from service.commands.moments import clock_us
from service.commands.terminal import note
from service.directory.errors import DirectoryError
from service.directory.export import fetch_export
from service.directory.management_api import DirectoryOptions, ManagementApi
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
            asking = _Asking(options, kept)
            received = asyncio.run(asking.run())
            if received is not None:
                note("Interrupted; nothing was changed.")
                sys.exit(128 + received)
            return AskedExport(ExportFile.of_kept(kept, _NAME), asking.as_of_us)
    except DirectoryError as error:
        raise ExportUnreadable(str(error)) from None
    except OSError as error:
        raise not_kept(_NAME, error) from error


class _Asking:
    def __init__(self, options: DirectoryOptions, into: IO[bytes]) -> None:
        self._options = options
        self._into = into
        self.as_of_us = 0

    async def run(self) -> signal.Signals | None:
        """The signal that interrupted it, None without one."""
        return await until_signalled(self._ask(), (signal.SIGINT, signal.SIGTERM))

    async def _ask(self) -> None:
        with ExportProgress() as progress:
            async with ManagementApi(self._options, progress.waiting) as api:
                self.as_of_us = await fetch_export(
                    api,
                    EXPORT_FIELDS,
                    self._into,
                    getting_on=progress.getting_on,
                    waiting=progress.waiting,
                    now_us=clock_us,
                )
