"""Writes events one after another, each going out from what the user was before; no I/O."""

from typing import Any

from service.demo.events import UserEvent, user_event
from service.demo.people import Person


class Chronicle:
    """Events since a start, µs since the epoch; knows of every user the latest."""

    def __init__(self, start_us: int) -> None:
        self._start_us = start_us
        self._latest: dict[str, UserEvent] = {}

    def at(self, minute: float) -> int:
        """A time in minutes from the start, as µs since the epoch in whole milliseconds."""
        return self._start_us + round(minute * 60_000) * 1000

    def latest(self, person: Person) -> UserEvent:
        """What was said last about somebody."""
        return self._latest[person.user_id]

    def living(self) -> list[Person]:
        """Everybody who isn't deleted, as they are now."""
        return [event.person for event in self._latest.values() if not event.deleted]

    def created(self, person: Person, minute: float, tells: str = "signs up") -> UserEvent:
        """Somebody appears."""
        at_us = self.at(minute)
        return self._note(user_event("created", person, at_us, f"{person.name} {tells}", at_us))

    def updated(
        self,
        person: Person,
        minute: float,
        tells: str,
        *,
        points: int | None = None,
        **changes: Any,
    ) -> UserEvent:
        """Somebody changes. points: of their app_metadata; changes: of the profile."""
        before = self._latest[person.user_id]
        after = before.person.with_profile(**changes)
        if points is not None:
            after = after.with_points(points)
        tells = f"{person.name} {tells}"
        return self._note(user_event("updated", after, self.at(minute), tells, before.joined_us))

    def deleted(self, person: Person, minute: float, tells: str) -> UserEvent:
        """Somebody goes."""
        before = self._latest[person.user_id]
        tells = f"{person.name} {tells}"
        return self._note(
            user_event("deleted", before.person, self.at(minute), tells, before.joined_us)
        )

    def _note(self, event: UserEvent) -> UserEvent:
        self._latest[event.user_id] = event
        return event
