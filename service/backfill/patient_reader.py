"""The index as a comparison reads it: that takes minutes, and an OpenSearch that is away for a
moment doesn't end it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from service.backfill.patience import Patience
from service.events.json_value import JsonValue
from service.index.reading import Documents, UserPage, UserReader
from service.index.reason import is_passing

_T = TypeVar("_T")

_PATIENCE_S: Final = 120.0


class PatientReader:
    """See UserReader, whose exceptions every method raises when they last.

    waiting: told why it takes longer. latest_us: of what can have happened by now, µs.
    """

    def __init__(
        self,
        reader: UserReader,
        *,
        waiting: Callable[[str], None],
        latest_us: Callable[[], int],
    ) -> None:
        self._reader = reader
        self._waiting = waiting
        self._latest_us = latest_us

    async def refresh(self, *, patiently: bool = True) -> None:
        """patiently: False raises at once, before anything that would be lost was done."""
        if patiently:
            await self._patiently(self._reader.refresh)
        else:
            await self._reader.refresh()

    async def documents(self, user_ids: Sequence[str], *, whole: bool = True) -> Documents:
        """Of no users as well."""
        if not user_ids:
            return {}
        return await self._patiently(partial(self._reader.documents, user_ids, whole=whole))

    async def first_before(self, instant_us: int) -> list[str]:
        """Some users from before an instant (µs); none only when there are none."""
        return (await self._page(instant_us)).ids

    async def users_before(self, instant_us: int) -> AsyncIterator[list[str]]:
        """All users from before an instant (µs), some at a time."""
        following: Sequence[JsonValue] = ()
        while True:
            page = await self._page(instant_us, following)
            yield page.ids
            following = page.following
            if not following:
                return

    async def _page(self, instant_us: int, following: Sequence[JsonValue] = ()) -> UserPage:
        latest_us = self._latest_us()
        return await self._patiently(
            partial(self._reader.users_before, instant_us, following, latest_us=latest_us)
        )

    async def _patiently(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        patience = Patience(self._waiting)
        retrying = AsyncRetrying(
            retry=retry_if_exception(is_passing),
            wait=wait_random_exponential(multiplier=0.1, max=5),
            stop=stop_after_delay(_PATIENCE_S),
            before_sleep=lambda _: patience.waits("OpenSearch doesn't answer"),
            reraise=True,
        )
        return await retrying(ask)
