"""`user-sync status`: the journal, the accounting and the index at a glance.

Works beside a running serve, and with nothing running.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import click

from service.clock import clock_us
from service.commands.counts import counted, size
from service.commands.index_view import Counts, IndexUnreadable, IndexView
from service.commands.main import Failure
from service.commands.moments import moment, span
from service.commands.terminal import print_json, print_table
from service.index.advice import DISCARD
from service.journal.access import connect
from service.journal.errors import JournalMissing
from service.journal.records import Accounting, ComparisonResult, JournalStatus
from service.observability.health import complaints
from service.settings import Settings, load_settings
from service.wiring.stage_options import journal_options


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is known. journal: None when there is none; owner: what a running serve says of
    itself, None when none runs; index: its counts, or why they can't be read."""

    journal: JournalStatus | None
    owner: Mapping[str, Any] | None
    index: Counts | str
    now_us: int


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def status(as_json: bool) -> None:
    """Show the journal, the accounting and the index.

    Every event ever received is in one line of the accounting; its exit code is 1 when they don't
    add up, and when the journal can't be read.

    \b
    Example:
      user-sync status
      user-sync status --json | jq .journal.events
    """
    settings = load_settings()
    picture = asyncio.run(_look(settings))
    if as_json:
        print_json(as_dict(picture))
    else:
        print_table(["", ""], lines(picture, settings))
    if picture.journal is not None and not picture.journal.accounting.balanced:
        raise Failure("The accounting does not balance: this is a fault of the service, report it.")


async def _look(settings: Settings) -> Picture:
    journal: JournalStatus | None = None
    owner: Mapping[str, Any] | None = None
    path, options = settings.journal.path, journal_options(settings)
    try:
        async with connect(path, options, create=False) as access:
            journal = await access.status()
            owner = await access.owner_status()
    except JournalMissing:
        pass
    index: Counts | str
    async with IndexView.open(settings) as view:
        try:
            index = await view.counts()
        except IndexUnreadable as unreadable:
            index = str(unreadable)
    return Picture(journal, owner, index, clock_us())


def lines(picture: Picture, settings: Settings) -> list[tuple[str, str]]:
    """The rows of the table: a name and its text."""
    rows = [("service", _service(picture))]
    rows += [("", complaint) for complaint in complaints(picture.owner)]
    rows += _index(picture, settings)
    if picture.journal is None:
        path = settings.journal.path
        rows.append(("journal", f"there is none at {path}: serve has not run with this path"))
        return rows
    return (
        rows + _journal(picture.journal, picture.now_us) + _accounting(picture.journal.accounting)
    )


def _service(picture: Picture) -> str:
    if picture.owner is None:
        return "not running"
    return "running, with complaints" if complaints(picture.owner) else "running"


def _index(picture: Picture, settings: Settings) -> list[tuple[str, str]]:
    if isinstance(picture.index, str):
        return [("index", picture.index)]
    counts = picture.index
    text = f"{counted(counts.users, 'user')}, {counted(counts.tombstones, 'tombstone')}"
    rows = [("index", f"{settings.index.name}: {text}")]
    if counts.filled is not None:
        rows.append(("", f"a rebuild fills {counts.filled}; {DISCARD}"))
    return rows


def _journal(journal: JournalStatus, now_us: int) -> list[tuple[str, str]]:
    figures = journal.accounting
    depth = counted(figures.journal, "event")
    if journal.oldest_received_us is not None:
        depth += f", the oldest waits {span(now_us - journal.oldest_received_us)}"
    takes = "takes events" if journal.can_append else f"takes no events: {journal.refusal}"
    last_test = "none yet"
    if journal.last_test_us is not None:
        age = span(now_us - journal.last_test_us)
        last_test = f"{moment(journal.last_test_us)}, {age} ago"
    return [
        ("journal", depth),
        ("", f"{size(figures.bytes)}, {takes}"),
        ("dead letters", f"{figures.dead_letters:,}"),
        ("last test event", last_test),
        ("last comparison", _compared(journal.last_comparison, now_us)),
        ("tenant", journal.tenant or "the first event's will be adopted"),
    ]


def _compared(last: ComparisonResult | None, now_us: int) -> str:
    if last is None:
        return "none yet: user-sync reconcile"
    found = counted(last.differences, "difference") if last.differences else "equal"
    return f"{moment(last.exported_us)}, {span(now_us - last.exported_us)} ago: {found}"


def _accounting(figures: Accounting) -> list[tuple[str, str]]:
    rows = [("received", f"{figures.received_total:,}")]
    rows += [(f"  {kind}", f"{count:,}") for kind, count in sorted(figures.received.items())]
    rows += [
        (f"= {name.replace('_', ' ')}", f"{count:,}") for name, count in figures.whereabouts.items()
    ]
    rows.append(("balanced", "yes" if figures.balanced else "NO"))
    return rows


def as_dict(picture: Picture) -> dict[str, Any]:
    """The JSON object. Times are µs since the epoch, ages seconds."""
    journal = picture.journal
    index = picture.index
    return {
        "running": picture.owner is not None,
        "owner": picture.owner,
        "journal": None if journal is None else _journal_dict(journal, picture.now_us),
        "index": {"error": index} if isinstance(index, str) else asdict(index),
    }


def _journal_dict(journal: JournalStatus, now_us: int) -> dict[str, Any]:
    figures = journal.accounting
    compared = journal.last_comparison
    return {
        "events": figures.journal,
        "bytes": figures.bytes,
        "oldest_age_seconds": journal.oldest_age_s(now_us),
        "takes_events": journal.can_append,
        "refusal": journal.refusal,
        "last_test_us": journal.last_test_us,
        "last_comparison": None if compared is None else asdict(compared),
        "tenant": journal.tenant,
        "accounting": {
            "received": dict(figures.received),
            **figures.whereabouts,
            "balanced": figures.balanced,
        },
    }
