"""What a story is made of: steps, what arrives in each, and what each has to leave behind; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.demo.events import Message, UserEvent, batch, structured


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the webhook.

    tells: what it is, in words, for the reader; else the messages tell. spaced: whether the same is
    written in other bytes than usual.
    """

    messages: tuple[Message, ...]
    tells: str = ""
    spaced: bool = False

    @property
    def body(self) -> bytes:
        """As it is posted."""
        bodies = [structured(message, spaced=self.spaced) for message in self.messages]
        return bodies[0] if len(bodies) == 1 else batch(bodies)

    @property
    def content_type(self) -> str:
        """Of the body."""
        return f"application/cloudevents{'' if len(self.messages) == 1 else '-batch'}+json"


@dataclass(frozen=True, slots=True)
class Step:
    """One chapter.

    why: what is hard about it, for the reader. one_by_one: each delivery is settled before the next
    is sent, and is told; else they race over several connections.
    leaves: of each user it changes or might have changed, the event that the index must show then.
    counts: how the accounting must have grown: by outcome, or as `settled`, where it depends on the
    race which of applied, stale, duplicate and superseded an event becomes.
    shows: fields to quote from the index, by user id; an empty tuple is for one who is gone.
    confirms: what to say in their place when all is right; {count} is how many users are found.
    names: whether to tell whom it is about in place of each delivery.
    gc_deletes: what to set the index's setting of that name to beforehand.
    """

    title: str
    why: str
    deliveries: tuple[Delivery, ...]
    leaves: tuple[UserEvent, ...]
    counts: Mapping[str, int]
    shows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirms: str = ""
    one_by_one: bool = True
    names: bool = False
    gc_deletes: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a step.

    grown: the accounting's outcomes. Seconds since its first request: posted_s, until the last
    answer, None when they were sent one by one; searchable_s, until a search found all there was to
    write, None when that was nothing.
    """

    grown: Mapping[str, int]
    posted_s: float | None
    searchable_s: float | None


def sent(*messages: Message, tells: str = "", spaced: bool = False) -> Delivery:
    """A delivery of these messages."""
    return Delivery(messages, tells, spaced)
