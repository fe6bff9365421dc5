"""`user-sync import`: the users of an Auth0 users export, into the journal.

The way to begin with a directory that has users already. Safe to run again, safe to interrupt.
"""

import asyncio
import sys
import textwrap

import click
from opensearchpy.exceptions import OpenSearchException

from service.backfill.belonging import is_of_others
from service.backfill.export_file import ExportDamaged, ExportFile, ExportUnreadable
from service.backfill.export_format import how_to_export, names_few_fields, why_no_export
from service.backfill.importer import Tally
from service.backfill.importer import import_users as journal_users
from service.backfill.intake import Intake
from service.clock import clock_us
from service.commands.asked_export import ask_for_export
from service.commands.export_progress import ExportProgress
from service.commands.index_view import explain
from service.commands.interruption import Signalled, until_signalled
from service.commands.main import Failure
from service.commands.moments import span
from service.commands.terminal import note, print_table
from service.documents.document import DeletionMode
from service.index.connection import connect_for_bytes
from service.index.reading import UserReader
from service.index.reason import is_no_index
from service.journal.access import connect
from service.journal.errors import JournalError, JournalFull
from service.settings import Settings, load_settings
from service.wiring.stage_options import (
    index_names,
    intake_options,
    journal_options,
    line_options,
    opensearch_options,
)

# An export takes a while to be made, and its file is as old as its download.
_MADE_AND_FETCHED_US = 86_400 * 1_000_000
_SAFE = "Running it again is safe: what is there already stays as it is."


@click.command(
    "import",
    epilog="\b\nAn export with all fields is asked for by:\n"
    + textwrap.indent(how_to_export(), "  "),
)
@click.argument("file", metavar="[FILE|-]", required=False)
@click.option(
    "--force",
    is_flag=True,
    help="Import a file older than USER_SYNC_TOMBSTONE_RETENTION, so that users deleted since may "
    "come back, or one that has nobody in common with the index.",
)
def import_users(file: str | None, force: bool) -> None:
    """Index the users of an Auth0 users export.

    FILE is an export as JSON (one user a line), plain or gzip; - is stdin. Without it, Auth0 is
    asked for one, if USER_SYNC_AUTH0_DOMAIN and its two companions are set. Works beside a running
    serve, and without one: then the users are indexed as soon as one runs. What a live event tells
    of a user wins over the export, so start the event stream first, then export, then import.

    A bad line is reported with its number and becomes a dead letter; the rest goes on. Run twice,
    it changes nothing.

    \b
    Example:
      user-sync import
      user-sync import users.json.gz
      curl --fail --silent "$LOCATION" | user-sync import -
    """
    settings = load_settings()
    try:
        if file is None:
            asked = ask_for_export(settings)
            export, before_us = asked.file, asked.as_of_us
        else:
            export = ExportFile.open(file)
            before_us = (export.modified_us or clock_us()) - _MADE_AND_FETCHED_US
        _check(export, settings, force=force)
    except ExportUnreadable as error:
        raise Failure(f"{error}\nNothing was imported.") from None
    except ExportDamaged as damage:
        raise Failure(f"{file or 'The export'}: {damage}. Nothing was imported.") from None
    checked = not force and export.size is not None  # a pipe can't be read twice
    run = _Import(export, settings, before_us=before_us if checked else None)
    sys.exit(asyncio.run(run.run()))


def _check(export: ExportFile, settings: Settings, *, force: bool) -> None:
    """Raises ExportUnreadable for what should not be imported; what head() raises."""
    head = export.head()
    fault = why_no_export(head)
    if fault is not None:
        raise ExportUnreadable(fault.told(export.name))
    age_us = 0 if export.modified_us is None else clock_us() - export.modified_us
    if age_us > settings.index.tombstone_retention_us and not force:
        raise ExportUnreadable(
            f"{export.name} is {span(age_us)} old, more than USER_SYNC_TOMBSTONE_RETENTION: users "
            "deleted since would come back. Make a new export, or give --force."
        )
    if settings.index.deletion_mode is DeletionMode.DELETE:
        note(
            "USER_SYNC_DELETION_MODE is delete: users deleted since this export was made come "
            "back, for nothing remembers them."
        )
    if names_few_fields(head):
        note(
            "The users of this export have no identities: it names few of their fields, and only "
            "those are indexed. A fuller export later need not replace them before they change."
        )


class _Import:
    """One run, from the connection to the report.

    before_us: if set, an export with nobody of an index that has users from before then is refused.
    """

    def __init__(self, export: ExportFile, settings: Settings, *, before_us: int | None) -> None:
        self._export = export
        self._settings = settings
        self._tally = Tally()
        self._before_us = before_us
        self._beside_serve = False

    async def run(self) -> int:
        """Import and report; the exit code."""
        try:
            await until_signalled(self._import())
        except Signalled as end:
            return self._report(f"Interrupted. {_SAFE}", end.exit_code)
        except ExportUnreadable as error:
            raise Failure(f"{error}\nNothing was imported.") from None
        except ExportDamaged as damage:
            again = f"Download it again, and import it. {_SAFE}"
            return self._report(f"{self._export.name}: {damage}. {again}", 1)
        except JournalError as error:
            return self._report(f"{error}.\n{self._what_now(error)}{_SAFE}", 1)
        finally:
            self._export.close()
        return self._report("", 1 if self._tally.left_out else 0)

    async def _import(self) -> None:
        settings = self._settings
        if self._before_us is not None:
            await self._check_whose(self._before_us)
        async with connect(settings.journal.path, journal_options(settings)) as journal:
            self._beside_serve = await journal.owner_status() is not None
            with ExportProgress() as progress:
                began_us = clock_us()
                progress.begins("Importing", self._export.size)
                intake = Intake(
                    journal,
                    intake_options(settings),
                    paced=self._beside_serve,
                    waiting=progress.waiting,
                )
                await journal_users(
                    self._export,
                    journal,
                    intake,
                    line_options(settings),
                    progress,
                    tally=self._tally,
                    now_us=clock_us,
                )
                await journal.note_import(began_us)

    async def _check_whose(self, before_us: int) -> None:
        """Raises ExportUnreadable when it is another tenant's, most likely."""
        settings, names = self._settings, index_names(self._settings)
        connection = connect_for_bytes(opensearch_options(settings))
        try:
            options = line_options(settings)
            reader = UserReader(connection, names)
            strange = await is_of_others(
                self._export, reader, options, before_us=before_us, now_us=clock_us
            )
        except OpenSearchException as error:
            if is_no_index(error):
                return  # nobody is indexed yet
            why = explain(error, settings.opensearch.url, names.writers)
            note(f"Whether it is another tenant's export was not checked: {why}.")
            return
        finally:
            await connection.close()
        if strange:
            raise ExportUnreadable(
                f"{self._export.name} has nobody who is in the index {names.readers}, which has "
                "other users from before it: is it another tenant's? If not, give --force."
            )

    def _what_now(self, error: JournalError) -> str:
        if self._beside_serve or not isinstance(error, JournalFull):
            return ""
        return "No serve is running that would empty the journal: start one. "

    def _report(self, ended_early: str, code: int) -> int:
        """The result on stdout, what to do next on stderr."""
        tally = self._tally
        rows = [("lines", tally.lines), ("journaled", tally.journaled), ("bad", tally.bad)]
        if tally.known:
            rows.append(("  dead letters already", tally.known))
        if tally.left_out:
            rows.append(("  too long, left out", tally.left_out))
        print_table(["", ""], [(name, f"{count:,}") for name, count in rows], right=[""])
        if ended_early:
            for line in ended_early.splitlines():
                note(line)
        elif tally.journaled and not self._beside_serve:
            note("No serve is running: the users are indexed as soon as one does.")
        elif tally.bad > tally.left_out:
            note("Next: user-sync status, and user-sync dead-letters list for the bad lines.")
        else:
            note("Next: user-sync status")
        return code
