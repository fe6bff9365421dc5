"""A throttle reports the first occurrence at once, then at most one a minute, losing none."""

from service.observability.throttle import MINUTE_US, Throttle
from tests.unit.journal.samples import Clock


def test_the_first_occurrence_is_reported_at_once() -> None:
    assert Throttle(Clock()).due() == 1


def test_further_ones_are_silent_and_then_counted() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    throttle.due()
    assert [throttle.due() for _ in range(5)] == [0] * 5
    clock.us += MINUTE_US - 1
    assert throttle.due() == 0
    clock.us += 1
    assert throttle.due() == 7
    clock.us += MINUTE_US
    assert throttle.due() == 1


def test_many_at_once_are_counted_each() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert throttle.due("a", 3) == 3
    assert throttle.due("a", 4) == 0
    clock.us += MINUTE_US
    assert throttle.due("a", 5) == 9


def test_keys_do_not_silence_each_other() -> None:
    throttle = Throttle(Clock())
    assert throttle.due("unauthorized") == 1
    assert throttle.due("not_json") == 1


def test_a_clock_set_back_does_not_silence_for_ever() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    throttle.due()
    clock.us -= 10 * MINUTE_US
    assert throttle.due() == 1
