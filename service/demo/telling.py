"""Tells the story: what arrives, why that is hard, and what was then found in the index."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from service.demo.checking import Snapshot
from service.demo.events import Message
from service.demo.page import Page
from service.demo.story import Delivery, Result, Step

_MOST_DIFFERENCES: Final = 12
_FAR_AWAY_YEAR: Final = 2090
_ONE: Final = {"test": "test event", "dead_letters": "dead letter", "journal": "waiting"}
_MANY: Final = {
    **_ONE,
    "duplicate": "duplicates",
    "test": "test events",
    "dead_letters": "dead letters",
}


class Teller:
    """Knows what to say, not where the facts come from."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def opening(self) -> None:
        """What this is."""
        self.page.blank()
        self.page.title("user-sync demo")
        self.page.paragraph(
            "The history of a small directory: posted to the webhook as Auth0 would, and what "
            "becomes of it in OpenSearch."
        )
        self.page.blank()

    def started(self, what: str, where: str, remark: str) -> None:
        """Something runs now."""
        self.page.row((what, 15), (where, 30), text="" if self.page.narrow else remark)

    def step_begins(self, number: int, step: Step) -> None:
        """The title and what is hard about it."""
        self.page.blank()
        self.page.title(step.title, number)
        self.page.paragraph(step.why)
        self.page.blank()
        if step.names:
            names = ", ".join(event.person.name for event in step.leaves)
            self.page.row(("→", 1), text=names, style="dim")

    def delivered(self, step: Step, delivery: Delivery, status: int) -> None:
        """A request and its answer; a line for each event in it."""
        width = max(len(self._kind(m)) for each in step.deliveries for m in each.messages)
        for message in delivery.messages:
            self.page.row(
                *(("→", 1), (_time(message.at_us), 8), (self._kind(message), width)),
                text=delivery.tells or message.tells,
                style="dim",
                right=str(status) if message is delivery.messages[-1] else "",
            )

    def _kind(self, message: Message) -> str:
        return message.kind.removeprefix("user.") if self.page.narrow else message.kind

    def step_ends(
        self, step: Step, index: Snapshot, result: Result, differences: Sequence[str]
    ) -> None:
        """What the index says now and what was counted; or what is wrong."""
        if differences:
            self.differences(differences)
        else:
            for line in _findings(step, index):
                self.page.checked(line)
        told = [counted(result.grown)]
        if result.posted_s is not None:
            told.append(f"all posted after {_span(result.posted_s)}")
        if result.searchable_s is not None:
            told.append(f"searchable after {_span(result.searchable_s)}")
        self.page.aside(" · ".join(told))

    def differences(self, differences: Sequence[str]) -> None:
        """What is not as it should be."""
        for difference in differences[:_MOST_DIFFERENCES]:
            self.page.checked(difference, well=False)
        if len(differences) > _MOST_DIFFERENCES:
            self.page.aside(f"and {len(differences) - _MOST_DIFFERENCES:,} more")

    def verdict(self, differences: Sequence[str], seed: int) -> int:
        """How it ends; the exit code. seed: of the busy hour's order, to play it again."""
        self.page.blank()
        if not differences:
            self.page.checked("The index is exactly as the history leaves it, event for event.")
            return 0
        count = len(differences)
        points = "one point" if count == 1 else f"{count:,} points"
        self.page.checked(f"The index is not right, in {points} (order {seed}):", well=False)
        self.differences(differences)
        return 1

    def stopping(self) -> None:
        """A person has ended it, perhaps amid a download, whose bar hides the cursor."""
        self.page.console.show_cursor(True)
        self.page.blank()
        self.page.paragraph("Stopping …")

    def stopped(self) -> None:
        """All that was started has ended."""
        self.page.paragraph("Stopped. No process and no file of it is left.")
        self.page.blank()

    def left_behind(self, url: str, paths: Sequence[str]) -> None:
        """What could not be removed from a cluster."""
        self.page.checked(f"These are left at {url}, and can be deleted:", well=False)
        for path in paths:
            self.page.aside(path)


def counted(grown: Mapping[str, int]) -> str:
    """`1 applied, 2 duplicates`."""
    return ", ".join(
        f"{count:,} {(_ONE if count == 1 else _MANY).get(name, name)}"
        for name, count in grown.items()
    )


def _findings(step: Step, index: Snapshot) -> list[str]:
    """The index's own words about the step's users."""
    if not step.shows:
        return [step.confirms.format(count=len(index.found))]
    names = {event.user_id: event.person.name for event in step.leaves}
    return [
        _user(index.found[user_id], fields)
        if fields
        else _tombstone(names[user_id], index.hidden[user_id])
        for user_id, fields in step.shows.items()
    ]


def _user(document: Mapping[str, Any], fields: Sequence[str]) -> str:
    parts = [f"Found: {document['name']}"]
    for path in fields:
        value: Any = document
        for key in path.split("."):
            value = value[key]
        parts.append(f"{path} {value if isinstance(value, str) else json.dumps(value)}")
    moment = datetime.fromisoformat(document["event"]["time"])
    return " · ".join([*parts, f"as of {moment:%H:%M:%S}"])


def _tombstone(name: str, document: Mapping[str, Any]) -> str:
    held = ", ".join(sorted(document))
    return f"No search finds {name}. The tombstone holds {held}, no more"


def _time(at_us: int) -> str:
    """Of day, UTC; of a poisonous one the year."""
    moment = datetime.fromtimestamp(at_us / 1e6, UTC)
    return f"{moment:%H:%M:%S}" if moment.year < _FAR_AWAY_YEAR else f"in {moment:%Y}"


def _span(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"
