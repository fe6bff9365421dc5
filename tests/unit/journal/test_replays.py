"""Whoever replays dead letters learns what became of them."""

from service.journal.journal import Journal
from service.journal.records import Burial, Outcome, Settlement, Whereabouts
from service.journal.replays import Replays
from tests.unit.journal.samples import append


async def test_a_replayed_event_is_followed_to_its_end(journal: Journal) -> None:
    await append(journal, b"a", b"b", b"c")
    await journal.settle([], [Burial(seq, "code", "reason", 1, "user.created") for seq in (1, 2)])

    new_seqs = await journal.dead_letters.replay_renumbered([2, 1, 1, 99], force=False)
    assert new_seqs == {1: 4, 2: 5}
    assert await journal.whereabouts(4, 5) == Whereabouts(2, {}, {})

    await journal.settle([Settlement(4, Outcome.STALE)], [Burial(5, "again", "why", 2, "other")])
    assert await journal.whereabouts(4, 5) == Whereabouts(0, {"again": 1}, {Outcome.STALE: 1})
    assert await journal.whereabouts(4, 4) == Whereabouts(0, {}, {Outcome.STALE: 1})


async def test_what_was_never_replayed_is_only_seen_where_it_is(journal: Journal) -> None:
    await append(journal, b"a", b"b")
    await journal.settle([Settlement(1, Outcome.APPLIED)])
    assert await journal.whereabouts(1, 2) == Whereabouts(1, {}, {})


def test_only_the_newest_replays_are_remembered() -> None:
    replays = Replays(most=2)
    replays.begun([1, 2])
    replays.begun([3])
    replays.settled([Settlement(seq, Outcome.APPLIED) for seq in (1, 2, 3, 4)])
    assert replays.outcomes(1, 9) == {Outcome.APPLIED: 2}
    assert replays.outcomes(1, 1) == {}
