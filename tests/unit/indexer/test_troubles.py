"""What holds events up is told while it lasts, and logged at most once a minute."""

import logging

import pytest

from service.indexer.troubles import Troubles
from tests.unit.journal.samples import Clock

SECOND_US = 1_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000 * SECOND_US)


@pytest.fixture
def troubles(clock: Clock, caplog: pytest.LogCaptureFixture) -> Troubles:
    caplog.set_level(logging.INFO)
    return Troubles(clock)


def actions(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["action"] for record in caplog.records]


def test_a_trouble_is_told_until_it_is_over(troubles: Troubles, clock: Clock) -> None:
    troubles.met("status_429", "slow down")
    clock.us += SECOND_US
    troubles.met("no_answer", "")
    troubles.met("status_429", "slower")
    first, second = troubles.current()
    assert (first.code, first.reason, first.times) == ("status_429", "slower", 2)
    assert (second.code, second.since_us) == ("no_answer", clock.us)
    troubles.over()
    assert troubles.current() == []


def test_a_lasting_trouble_is_logged_once_a_minute(
    troubles: Troubles, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(150):
        troubles.met("no_answer", "")
        clock.us += SECOND_US
    assert actions(caplog) == ["indexing_held_up"] * 3
    troubles.over()
    assert actions(caplog)[3:] == ["indexing_resumed"]


def test_a_trouble_that_comes_and_goes_is_not_logged_more_often(
    troubles: Troubles, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1_200):
        troubles.met("status_429", "")
        troubles.over()
        clock.us += SECOND_US // 20
    assert actions(caplog) == ["indexing_held_up", "indexing_resumed"]


def test_another_trouble_is_logged_at_once(
    troubles: Troubles, caplog: pytest.LogCaptureFixture
) -> None:
    troubles.met("status_429", "")
    troubles.met("no_answer", "")
    assert actions(caplog) == ["indexing_held_up"] * 2
