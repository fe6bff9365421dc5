"""What is left in the end: the users as a search finds them, and where every event went."""

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from service.demo.checking import Snapshot
from service.demo.page import Page
from service.journal.records import Accounting

_MEANINGS: Final = {
    "applied": "written to the index",
    "stale": "older than what the index had",
    "duplicate": "delivered again",
    "superseded": "outdated before it was written",
    "ignored": "of a type that is not indexed",
    "test": "sent by the dashboard to try the stream",
    "refused": "from another tenant",
    "dropped": "dead letters given up",
    "dead_letters": "kept for a person to look at",
    "journal": "still waiting",
}


def users_table(page: Page, index: Snapshot) -> None:
    """The users that readers find, in the order in which they signed up."""
    page.blank()
    page.title("The directory, as a search finds it")
    page.blank()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Name", no_wrap=True)
    table.add_column("E-mail, or phone number", no_wrap=True)
    if not page.narrow:
        table.add_column("Signs in by", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for user in sorted(index.found.values(), key=lambda user: str(user.get("created_at"))):
        cells = [_text(user, "name"), _text(user, "email") or _text(user, "phone_number")]
        if not page.narrow:
            cells.append(" + ".join(one["provider"] for one in user.get("identities", ())))
        cells.append(str(user.get("app_metadata", {}).get("points", "")))
        table.add_row(*map(Text, cells))
    page.block(table)
    tombstones = f"{len(index.hidden)} tombstone{'' if len(index.hidden) == 1 else 's'}"
    page.blank()
    page.paragraph(f"{len(index.found)} users, and {tombstones} that no search shows", style="dim")


def _text(user: Mapping[str, Any], field: str) -> str:
    return str(user.get(field, ""))


def accounting_table(page: Page, figures: Accounting) -> None:
    """Where every event received is now."""
    page.blank()
    page.title("The accounting")
    page.blank()
    total = f"{figures.received_total:,}"
    width = len(total)
    for name, count in figures.whereabouts.items():
        if count:
            label = name.replace("_", " ")
            page.row((f"{f'{count:,}':>{width}}", width), (label, 12), text=_MEANINGS[name])
    page.row(("─" * width, width), text="")
    balance = "which is all of them" if figures.balanced else "which does NOT add up"
    page.row((total, width), ("received", 12), text=balance)
