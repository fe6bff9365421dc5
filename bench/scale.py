"""How much is measured: sizes of a full run, and of the quick one."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes; events unless said otherwise.

    repetitions: of each side. warm_up: documents written, and events posted, before anything is
    measured. acknowledged, sustained: of one slice of ours; the alternative, some ten times
    slower, gets a tenth.
    drained: in the journal when draining begins. lone: events posted 20 a second in one slice.
    deep: journaled when memory is measured. search_users, searches: indexed users, and requests of
    a slice. idle_s: seconds. users_of_history: users of the table of correctness.
    growth: indexed users at which the slopes are taken.
    """

    repetitions: int = 3
    warm_up: int = 100_000
    acknowledged: int = 60_000
    drained: int = 200_000
    sustained: int = 120_000
    lone: int = 400
    loaded_s: int = 15
    deep: int = 1_000_000
    search_users: int = 100_000
    searches: int = 1_000
    idle_s: int = 30
    users_of_history: int = 2_000
    growth: tuple[int, ...] = (10_000, 100_000)

    @property
    def alternative(self) -> int:
        """Divides what the alternative gets of a slice."""
        return 10

    def repeated(self, times: int) -> "Scale":
        """The same sizes, each side so many times."""
        return replace(self, repetitions=times)

    def by(self, factor: float) -> "Scale":
        """The same run, with sizes multiplied; repetitions stay."""

        def sized(value: int, least: int) -> int:
            return max(least, int(value * factor))

        return replace(
            self,
            warm_up=sized(self.warm_up, 1_000),
            acknowledged=sized(self.acknowledged, 2_000),
            drained=sized(self.drained, 5_000),
            sustained=sized(self.sustained, 4_000),
            lone=sized(self.lone, 40),
            loaded_s=sized(self.loaded_s, 4),
            deep=sized(self.deep, 20_000),
            search_users=sized(self.search_users, 1_000),
            searches=sized(self.searches, 100),
            idle_s=sized(self.idle_s, 3),
            users_of_history=sized(self.users_of_history, 100),
            growth=tuple(sized(users, 500) for users in self.growth),
        )


NORMAL = Scale()
FULL = replace(NORMAL, growth=(10_000, 100_000, 1_000_000))
QUICK = Scale(
    repetitions=3, warm_up=25_000, acknowledged=8_000, drained=20_000, sustained=12_000, lone=60
)
