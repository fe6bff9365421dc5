"""What the door turned away: counted each time, told at most once a minute.

Auth0 does not repeat a request that was answered 4XX, so each of these may be a lost event and
someone must hear of it, yet a wrong token under full load must not flood the log.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from service.observability.throttle import Throttle

logger = logging.getLogger(__name__)


class Refusal(StrEnum):
    """Why a request was not accepted; the values are a metric's labels."""

    UNAUTHORISED = "unauthorised"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    MISDIRECTED = "misdirected"  # 404 or 405, to who shows a credential
    JOURNAL_UNAVAILABLE = "journal_unavailable"  # 503, sent again
    INCOMPLETE = "incomplete"  # no answer, sent again
    FAULT = "fault"  # 500, sent again
    CROWDED = "too_many_connections"  # closed for another one; a request in it is sent again
    MALFORMED_HTTP = "malformed_http"  # 400, before there was a request


class Loss(NamedTuple):
    """A refusal after which a sender doesn't send again. advice: for the operator."""

    http_status: int
    advice: str


LOSSES: Final[Mapping[Refusal, Loss]] = {
    Refusal.UNAUTHORISED: Loss(401, "compare the sender's credential with this service's"),
    Refusal.NOT_JSON: Loss(400, "see what posts other things than CloudEvents"),
    Refusal.TOO_LARGE: Loss(413, "raise the body limit"),
    Refusal.MISDIRECTED: Loss(404, "the address of the stream has to end with /webhook"),
}


class Refusals:
    """Counts refusals; the losses among them are logged too, and what becomes losses when it
    lasts.

    count: called with the reason of each. now_us: a clock in µs.
    """

    def __init__(self, count: Callable[[str], None], now_us: Callable[[], int]) -> None:
        self._count = count
        self._throttle = Throttle(now_us)
        self._full = Throttle(now_us)
        self._crowd = Throttle(now_us)
        self._untold: Counter[Refusal] = Counter()

    def add(self, reason: Refusal) -> None:
        """Count one refused request."""
        self._count(reason)
        if reason in LOSSES:
            self._untold[reason] += 1
            if self._throttle.due():
                self._tell()

    def put_off(self, why: str) -> None:
        """Count a request that may be sent again later, for nothing can be kept now."""
        self._count(Refusal.JOURNAL_UNAVAILABLE)
        if requests := self._full.due():
            logger.warning(
                "Senders are told to come back later, and give up after a few tries: %s",
                why,
                extra={"action": "events_put_off", "requests": requests},
            )

    def crowded(self) -> None:
        """Count a connection that was closed to make room for another."""
        self._count(Refusal.CROWDED)
        if number := self._crowd.due():
            logger.warning(
                "Too many connections are open: for each new one another is closed, idle ones "
                "first; see who opens so many, or allow this service more open files",
                extra={"action": "too_many_connections", "closed": number},
            )

    def _tell(self) -> None:
        logger.warning(
            "Events are being lost, for a sender does not repeat what was answered 4XX: %s",
            ", ".join(
                f"{n} {reason} ({LOSSES[reason].advice})" for reason, n in self._untold.items()
            ),
            extra={"action": "events_lost", **{str(r): n for r, n in self._untold.items()}},
        )
        self._untold.clear()
