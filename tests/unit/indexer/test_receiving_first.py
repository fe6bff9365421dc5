"""When indexing waits for receiving: in a flood, and no longer than a few seconds of it."""

from service.indexer.receiving_first import ReceivingFirst


class Hour:
    """Events that come in at a steady rate, none of them claimed, beside a clock set by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.last_seq = 0
        self.receiving = ReceivingFirst(caught_up=1_000, monotonic_s=lambda: self.now_s)

    def ask(self, *, unclaimed: int = 5_000, journaled: int = 5_000) -> float:
        """The pause before the next claim."""
        return self.receiving.pause_s(
            last_seq=self.last_seq, unclaimed=unclaimed, journaled=journaled
        )

    def passes(self, seconds: float, *, per_s: int) -> None:
        """Time goes by, and events come in."""
        self.now_s += seconds
        self.last_seq += round(seconds * per_s)

    def waited_s(
        self, *, per_s: int, at_most_s: float = 60.0, timers_late_s: float = 0.001
    ) -> float:
        """How long a claim waits while events keep coming in."""
        began_s = self.now_s
        while (pause_s := self.ask()) and self.now_s < began_s + at_most_s:
            self.passes(pause_s + timers_late_s, per_s=per_s)
        return self.now_s - began_s


def test_few_events_are_claimed_at_once() -> None:
    assert Hour().ask(unclaimed=200, journaled=200) == 0


def test_a_backlog_that_nothing_is_added_to_is_claimed_after_one_look() -> None:
    hour = Hour()
    assert 0 < hour.waited_s(per_s=0) <= 0.1
    for _ in range(100):
        hour.passes(0.03, per_s=0)
        assert hour.ask() == 0


def test_a_usual_rate_is_indexed_while_it_comes_in() -> None:
    hour = Hour()
    assert hour.waited_s(per_s=5_000) <= 0.1


def test_a_flood_is_received_first() -> None:
    hour = Hour()
    assert hour.waited_s(per_s=15_000, at_most_s=3.0) >= 3.0
    assert hour.waited_s(per_s=0) <= 0.1, "its end is seen at once"


def test_a_flood_that_goes_on_is_indexed_while_it_comes_in() -> None:
    hour = Hour()
    assert 4.5 <= hour.waited_s(per_s=15_000) <= 5.5
    for _ in range(1_000):
        hour.passes(0.03, per_s=15_000)
        assert hour.ask() == 0


def test_the_next_flood_is_received_first_again() -> None:
    hour = Hour()
    hour.waited_s(per_s=15_000)
    hour.passes(60, per_s=0)
    assert hour.ask(unclaimed=1, journaled=1) == 0
    assert hour.waited_s(per_s=15_000) >= 4.5


def test_on_a_machine_with_hardly_any_time_for_us_the_end_of_a_flood_is_seen_too() -> None:
    hour = Hour()
    assert hour.waited_s(per_s=0, timers_late_s=0.3) <= 0.4


def test_on_a_machine_with_hardly_any_time_for_us_a_flood_is_held_back_no_longer() -> None:
    hour = Hour()
    assert 4.5 <= hour.waited_s(per_s=15_000, timers_late_s=0.3) <= 5.5
