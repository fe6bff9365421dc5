"""Bootstraps the index in the background of `serve`, for as long as OpenSearch keeps it waiting."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthorizationException,
    OpenSearchException,
    RequestError,
    TransportError,
)
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception
from tenacity.wait import wait_random_exponential

from service.index.advice import advice_on
from service.index.bootstrap import bootstrap
from service.index.change import Change
from service.index.errors import BootstrapError
from service.index.names import IndexNames
from service.index.reason import is_block, named

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 5.0
_AGAIN_AFTER_S = 30.0


class Bootstrapping:
    """Makes the index fit, once.

    creating: see bootstrap.
    done: set when indexing may begin: bootstrapped, not wanted, or refused, by us or by OpenSearch.
    What is there is then used as it is; without the alias the indexer holds events itself.
    problem: why it isn't bootstrapped, for people; empty when it is. advice: what to do about that,
    where it tells by itself.
    again_after_s: a refusal waits for a person; so often it is tried whether one has acted.
    """

    def __init__(
        self,
        client: AsyncOpenSearch,
        names: IndexNames,
        *,
        wanted: bool,
        creating: Callable[[], Awaitable[None]] | None = None,
        again_after_s: float = _AGAIN_AFTER_S,
    ) -> None:
        self._client = client
        self._names = names
        self._wanted = wanted
        self._creating = creating
        self._again_after_s = again_after_s
        self.done = asyncio.Event()
        self.problem = "OpenSearch has not answered yet" if wanted else ""
        self.advice = ""

    async def run(self) -> None:
        """Try until it is bootstrapped."""
        while self._wanted and not await self._succeeds():
            self.done.set()
            await asyncio.sleep(self._again_after_s)
        self.done.set()

    async def _succeeds(self) -> bool:
        """Whether it is bootstrapped now; False when that takes a person."""
        retrying = AsyncRetrying(
            wait=wait_random_exponential(multiplier=0.1, max=_LONGEST_PAUSE_S),
            retry=retry_if_exception(_passes),
            before_sleep=self._note,
        )
        try:
            changes: list[Change] = await retrying(
                bootstrap, self._client, self._names, report=_log_change, creating=self._creating
            )
        except BootstrapError as refusal:
            self._note_refusal(str(refusal))
            return False
        except (AuthorizationException, RequestError) as refusal:
            self._note_refusal(_explained(refusal))
            return False
        self.problem = ""
        log.info(
            "the index behind %s is bootstrapped",
            self._names.readers,
            extra={"action": "bootstrapped", "changes": len(changes)},
        )
        return True

    def _note_refusal(self, refusal: str) -> None:
        if self.problem != refusal:
            log.error(
                "the index can't be bootstrapped: %s",
                refusal,
                extra={"action": "bootstrap_refused"},
            )
        self.problem, self.advice = refusal, ""

    def _note(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if not self.done.is_set():
            self.problem = f"OpenSearch does not let us bootstrap yet ({named(error)})"
            self.advice = advice_on(error) if error else ""
        if state.attempt_number == 1:
            log.warning(
                "bootstrapping waits for OpenSearch (%s); events are received meanwhile",
                named(error),
                extra={"action": "bootstrap_waits"},
            )


def _log_change(change: Change) -> None:
    log.info("%s", change, extra={"action": "index_changed"})


def _passes(error: BaseException) -> bool:
    """Whether it may be over soon. A 400 or 403 lasts: a limit, a block, a role, a proxy's rule."""
    return isinstance(error, OpenSearchException) and not isinstance(
        error, AuthorizationException | RequestError
    )


def _explained(refusal: TransportError) -> str:
    told = f"OpenSearch refuses it ({named(refusal)}), and what is there is used as it is"
    if is_block(refusal):
        return f"{told}. Lift the block"
    if isinstance(refusal, AuthorizationException):
        return (
            f"{told}. Give its user the role that the README lists, or set "
            "USER_SYNC_BOOTSTRAP=off and run user-sync bootstrap as one who may"
        )
    return told
