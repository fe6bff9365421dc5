"""`user-sync reconcile`: the index compared with an Auth0 users export, and repaired on demand.

What proves that the index is equal to the directory, and finds what no event told of.
"""

import asyncio
import sys
import textwrap
import traceback
from contextlib import AbstractAsyncContextManager, AsyncExitStack, closing
from functools import partial

import click
from opensearchpy.exceptions import OpenSearchException

from service.backfill.export_file import ExportDamaged, ExportFile, ExportUnreadable
from service.backfill.export_format import (
    EXPORT_FIELDS,
    how_to_export,
    names_few_fields,
    why_no_export,
)
from service.backfill.intake import Intake
from service.backfill.reconciler import ReconcileOptions, Reconciler
from service.backfill.settling import Settling
from service.clock import clock_us
from service.commands.asked_export import ask_for_export
from service.commands.export_progress import ExportProgress
from service.commands.index_view import explain
from service.commands.interruption import Signalled, until_signalled
from service.commands.main import Failure
from service.commands.moments import moment, span
from service.commands.reconcile_report import NOT_COMPARED, Report
from service.commands.terminal import note
from service.documents.document import DeletionMode
from service.documents.profile import METADATA
from service.events.timestamp import InvalidTimestamp, parse_rfc3339
from service.index.connection import connect_for_bytes
from service.index.http import HttpConnection
from service.index.reading import UserReader
from service.journal.access import JournalAccess, connect
from service.journal.errors import JournalError, JournalMissing
from service.journal.records import ComparisonResult
from service.settings import Settings, load_settings
from service.wiring.stage_options import (
    index_names,
    intake_options,
    journal_options,
    line_options,
    opensearch_options,
)

_SECOND_US = 1_000_000
_CLOCKS_DIFFER_US = 60 * _SECOND_US
_IN_METADATA = tuple(f"{name}." for name in METADATA)


class _NotCompared(Failure):
    """As of diff(1): 0 when equal, 1 when different, 2 in trouble."""

    exit_code = NOT_COMPARED


def _second_of(us: int) -> int:
    """Its second's beginning.

    An event may have whole seconds only: what it tells of, later in that very second, would be from
    before the export, and a repair would undo it.
    """
    return us - us % _SECOND_US


def _instant(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """An RFC 3339 time as µs since the epoch."""
    try:
        return None if value is None else parse_rfc3339(value.strip()).us
    except InvalidTimestamp as error:
        raise click.BadParameter(error.detail, ctx, param) from None


def _fields(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> frozenset[str]:
    """Names of fields, from lists of them."""
    names = frozenset(name.strip() for names in value for name in names.split(",")) - {""}
    for name in sorted(names):
        if name.startswith(_IN_METADATA):
            whole = name.partition(".")[0]
            raise click.BadParameter(
                f"{name}: metadata is compared as a whole; name {whole}", ctx, param
            )
    return names


@click.command(
    "reconcile",
    epilog="\b\nAn export with all fields is asked for by:\n"
    + textwrap.indent(how_to_export(), "  "),
)
@click.argument("file", metavar="[FILE|-]", required=False)
@click.option(
    "--exported-at",
    "exported_at_us",
    callback=_instant,
    metavar="TIME",
    help="When FILE was asked for: the job's created_at, or any moment shortly before it. "
    "Too early finds less; too late takes users that changed meanwhile for differences.",
)
@click.option(
    "--ignore",
    "ignored",
    callback=_fields,
    multiple=True,
    metavar="FIELDS",
    help="Fields that may differ, separated by commas.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="The export was asked for all fields, as below: what none of its users has, none has.",
)
@click.option("--repair", is_flag=True, help="Have what differs indexed as the export says.")
@click.option(
    "--delete-surplus",
    type=click.IntRange(min=0),
    default=0,
    metavar="MOST",
    help="Delete the users that the export lacks, if there are no more than MOST.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def reconcile(
    file: str | None,
    exported_at_us: int | None,
    ignored: frozenset[str],
    complete: bool,
    repair: bool,
    delete_surplus: int,
    as_json: bool,
) -> None:
    """Compare the index with an Auth0 users export.

    FILE is an export as JSON (one user a line), plain or gzip; - is stdin. Without it, Auth0 is
    asked for one with all fields, if USER_SYNC_AUTH0_DOMAIN and its two companions are set.

    Changes nothing unless told to. Every user of the export, or from before it, is one of: equal;
    changed since the export, which is no difference; missing; outdated, when an event got lost;
    differing otherwise; surplus, when the export lacks it. A field that no user of the export has
    is not compared, and named in the end.

    A repair goes through the journal like an event from the time of the export: whatever happened
    since wins. The exit code is 0 when all is equal or was repaired, 1 when differences are left, 2
    when it couldn't be told.

    \b
    Example:
      user-sync reconcile
      user-sync reconcile --repair --delete-surplus 3
      user-sync reconcile users.json.gz --exported-at 2026-03-01T02:00:00Z --complete
    """
    settings = load_settings()
    try:
        if file is None:
            export, as_of_us = _asked_for(settings, exported_at_us)
            complete = True
        else:
            export, as_of_us = _given(file, exported_at_us)
        exported_at_us = _second_of(as_of_us)
        _check(export, settings, exported_at_us, repair=repair)
    except ExportUnreadable as error:
        raise _NotCompared(f"{error}\nNothing was compared.") from None
    except ExportDamaged as damage:
        raise _NotCompared(f"{file or 'The export'}: {damage}. Nothing was compared.") from None
    options = ReconcileOptions(
        exported_at_us=exported_at_us,
        lines=line_options(settings, read_at_us=exported_at_us),
        exclusions=settings.index.exclude_fields,
        ignored=ignored,
        complete=frozenset(EXPORT_FIELDS) if complete else frozenset(),
        repair=repair,
        delete_surplus=delete_surplus,
    )
    report = Report(as_json=as_json)
    with closing(export):
        sys.exit(asyncio.run(_Reconcile(export, settings, options, report).run()))


def _asked_for(settings: Settings, exported_at_us: int | None) -> tuple[ExportFile, int]:
    if exported_at_us is not None:
        raise click.UsageError("--exported-at belongs to a FILE, and there is none")
    asked = ask_for_export(settings)
    return asked.file, asked.as_of_us


def _given(file: str, exported_at_us: int | None) -> tuple[ExportFile, int]:
    if exported_at_us is None:
        raise click.UsageError("Missing option '--exported-at': when was FILE asked for?")
    export = ExportFile.open(file)
    export.make_rewindable()
    return export, exported_at_us


def _check(export: ExportFile, settings: Settings, exported_at_us: int, *, repair: bool) -> None:
    """Raises ExportUnreadable for what can't be compared; what head() raises."""
    head = export.head()
    fault = why_no_export(head)
    if fault is not None:
        raise ExportUnreadable(fault.told(export.name))
    now_us = clock_us()
    newest_us = now_us if export.modified_us is None else min(now_us, export.modified_us)
    if exported_at_us > newest_us + _CLOCKS_DIFFER_US:
        what = "in the future" if exported_at_us > now_us else f"after {export.name} was written"
        raise ExportUnreadable(
            f"--exported-at {moment(exported_at_us)} is {what} ({moment(newest_us)}); give the "
            "time at which the export was asked for"
        )
    if repair and names_few_fields(head):
        note(
            "The users of this export have no identities: it names few of their fields, and users "
            "that are missing are indexed with those only. Events from before can't add the others."
        )
    age_us = now_us - exported_at_us
    if settings.index.deletion_mode is DeletionMode.DELETE:
        note(
            "USER_SYNC_DELETION_MODE is delete: users deleted since the export count as missing, "
            "and a repair brings them back, for nothing remembers them."
        )
    elif age_us > settings.index.tombstone_retention_us:
        raise ExportUnreadable(
            f"the export is {span(age_us)} old, more than USER_SYNC_TOMBSTONE_RETENTION: users "
            "deleted since would count as missing. Make a new export."
        )


class _Reconcile:
    """One run, from the connections to the report."""

    def __init__(
        self, export: ExportFile, settings: Settings, options: ReconcileOptions, report: Report
    ) -> None:
        self._export = export
        self._settings = settings
        self._options = options
        self._report = report
        self._repairs = options.repair or options.delete_surplus > 0

    async def run(self) -> int:
        """Compare, repair and report; the exit code."""
        settings = self._settings
        report = self._report
        # First of all: what is wrong with it is a setting, and told as one.
        connection = connect_for_bytes(opensearch_options(settings))
        try:
            await until_signalled(self._reconcile(connection))
        except Signalled as end:
            return report.ended_early("Interrupted.", end.exit_code)
        except ExportDamaged as damage:
            return report.ended_early(f"{self._export.name}: {damage}.\nDownload it again.")
        except OpenSearchException as error:
            names = index_names(settings)
            why = explain(error, settings.opensearch.url, names.writers)
            return report.ended_early(why)
        except JournalError as error:
            return report.ended_early(f"{error}.")
        except Exception:  # Python's own exit code would say that they differ
            traceback.print_exc()
            return report.ended_early("That is a fault of this program.")
        finally:
            await connection.close()
        return report.ended()

    async def _reconcile(self, connection: HttpConnection) -> None:
        async with AsyncExitStack() as stack:
            progress = stack.enter_context(ExportProgress())
            intake = None
            if self._repairs:
                journal = await stack.enter_async_context(self._connect(create=True))
                intake = await self._intake(journal, progress)
            reconciler = Reconciler(
                self._export,
                UserReader(connection, index_names(self._settings)),
                intake,
                self._options,
                progress,
                settled=partial(self._settled, progress),
                now_us=clock_us,
            )
            self._report.findings = reconciler.findings
            await reconciler.run()
            await self._remember()

    async def _intake(self, journal: JournalAccess, progress: ExportProgress) -> Intake:
        beside_serve = await journal.owner_status() is not None
        self._report.beside_serve = beside_serve
        return Intake(
            journal,
            intake_options(self._settings),
            paced=beside_serve,
            waiting=progress.waiting,
        )

    async def _settled(self, progress: ExportProgress) -> None:
        """Connected no longer than that: without a service we own the journal meanwhile."""
        try:
            async with self._connect(create=False) as journal:
                settling = Settling(journal, waiting=progress.waiting)
                await settling.wait()
                self._report.unsettled = settling.left
                self._report.stuck = settling.stuck
        except JournalMissing:
            pass  # another machine may compare

    async def _remember(self) -> None:
        comparison = ComparisonResult(self._options.exported_at_us, self._report.differences)
        try:
            async with self._connect(create=False) as journal:
                await journal.note_comparison(comparison)
        except JournalMissing:
            pass  # another machine may compare
        except JournalError as error:
            note(f"status and metrics will not tell of this comparison: {error}")

    def _connect(self, *, create: bool) -> AbstractAsyncContextManager[JournalAccess]:
        settings = self._settings
        return connect(settings.journal.path, journal_options(settings), create=create)
