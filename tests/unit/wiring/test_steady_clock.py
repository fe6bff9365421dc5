"""A jump ahead is noticed, and believed when it lasts."""

from service.wiring.steady_clock import SteadyClock

HOUR_S = 3600.0


class Clocks:
    """The time of day, which jumps, and that since boot; seconds."""

    def __init__(self) -> None:
        self.jumped = 0.0
        self.passed = 0.0
        self.watched = SteadyClock(
            lambda: int((1e9 + self.passed + self.jumped) * 1e6), lambda: self.passed
        )

    @property
    def noticed(self) -> float:
        return self.watched.jumped_s(HOUR_S)


def test_time_that_passes_is_no_jump() -> None:
    clocks = Clocks()
    clocks.passed = 1e7
    assert clocks.noticed == 0


def test_small_steps_and_steps_back_are_none() -> None:
    clocks = Clocks()
    for clocks.jumped in (1.0, HOUR_S - 1, -30 * HOUR_S, 0.0):
        assert clocks.noticed == 0


def test_a_jump_is_noticed_until_it_is_undone() -> None:
    clocks = Clocks()
    clocks.jumped = 800 * HOUR_S
    assert clocks.noticed == 800 * HOUR_S
    clocks.passed += HOUR_S
    assert clocks.noticed == 800 * HOUR_S
    clocks.jumped = 0.0
    assert clocks.noticed == 0


def test_a_jump_that_lasts_a_day_is_believed() -> None:
    clocks = Clocks()
    clocks.jumped = 8 * HOUR_S
    assert clocks.noticed
    clocks.passed += 24 * HOUR_S
    assert clocks.noticed == 0
    clocks.jumped += 2 * HOUR_S
    assert clocks.noticed == 2 * HOUR_S
