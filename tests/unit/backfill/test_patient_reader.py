"""An OpenSearch that is away for a moment is asked again; one that refuses isn't."""

from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, Mock, call

import pytest
from opensearchpy.exceptions import AuthorizationException, ConnectionTimeout, NotFoundError

from service.backfill.patient_reader import PatientReader
from service.index.reading import UserPage

AWAY = ConnectionTimeout("TIMEOUT", "", None)
LATEST_US = 9


def patient(reader: Any) -> PatientReader:
    return PatientReader(reader, waiting=Mock(), latest_us=lambda: LATEST_US)


@pytest.mark.parametrize(
    ("method", "ask"),
    [
        ("refresh", lambda index: index.refresh()),
        ("documents", lambda index: index.documents(["auth0|1"])),
        ("users_before", lambda index: index.first_before(5)),
    ],
)
async def test_what_passes_is_waited_for(method: str, ask: Callable[[PatientReader], Any]) -> None:
    answer = UserPage(["auth0|1"], [])
    asked = AsyncMock(side_effect=[AWAY, answer])
    await ask(patient(Mock(**{method: asked})))
    assert asked.await_count == 2


@pytest.mark.parametrize(
    "error", [NotFoundError(404, "index_not_found_exception", {}), AuthorizationException(403, "x")]
)
async def test_what_lasts_is_raised_at_once(error: Exception) -> None:
    asked = AsyncMock(side_effect=error)
    with pytest.raises(type(error)):
        await patient(Mock(refresh=asked)).refresh()
    assert asked.await_count == 1


async def test_before_anything_is_done_nothing_is_waited_for() -> None:
    asked = AsyncMock(side_effect=AWAY)
    with pytest.raises(ConnectionTimeout):
        await patient(Mock(refresh=asked)).refresh(patiently=False)
    assert asked.await_count == 1


async def test_all_pages_are_read_each_from_where_the_last_one_ended() -> None:
    asked = AsyncMock(side_effect=[UserPage(["a", "b"], ["b", 2]), AWAY, UserPage(["c"], [])])
    index = patient(Mock(users_before=asked))
    assert [page async for page in index.users_before(5)] == [["a", "b"], ["c"]]
    following = call(5, ["b", 2], latest_us=LATEST_US)
    assert asked.await_args_list == [call(5, (), latest_us=LATEST_US), following, following]


async def test_nobody_is_not_asked_for() -> None:
    asked = AsyncMock()
    assert await patient(Mock(documents=asked)).documents([]) == {}
    asked.assert_not_awaited()
