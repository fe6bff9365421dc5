"""Coalescing: the newest leads, and what it supersedes settles with it."""

import pytest

from service.documents.document import Document
from service.indexer.chain import Candidate, batches, coalesce
from service.journal.records import Outcome, Settlement


def candidate(seq: int, user: str, version: int) -> Candidate:
    return Candidate(seq, 0, 0, "user.updated", Document(user, version, b"{}"))


def test_the_newest_version_of_each_user_leads() -> None:
    chains = coalesce([candidate(1, "a", 10), candidate(2, "b", 5), candidate(3, "a", 30)])
    assert [(chain.head.document.id, chain.head.seq) for chain in chains] == [("a", 3), ("b", 2)]


def test_the_rest_settles_as_superseded_or_duplicate() -> None:
    (chain,) = coalesce([candidate(1, "a", 10), candidate(2, "a", 30), candidate(3, "a", 30)])
    assert chain.settlements(Outcome.APPLIED) == [
        Settlement(2, Outcome.APPLIED),
        Settlement(3, Outcome.DUPLICATE),
        Settlement(1, Outcome.SUPERSEDED),
    ]


def test_after_a_poisonous_head_the_next_newest_leads() -> None:
    (chain,) = coalesce([candidate(1, "a", 10), candidate(2, "a", 30)])
    rest = chain.without_head()
    assert rest is not None
    assert rest.head.seq == 1
    assert rest.without_head() is None


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1, 1, 1, 1, 1], [[1, 1], [1, 1], [1]], id="two at most"),
        pytest.param([6, 6, 3, 3], [[6], [6, 3], [3]], id="ten bytes at most"),
        pytest.param([30, 1, 30], [[30], [1], [30]], id="a larger one alone"),
    ],
)
def test_batches_are_bounded_in_number_and_bytes(
    sizes: list[int], expected: list[list[int]]
) -> None:
    chains = coalesce(
        Candidate(seq, 0, 0, "user.updated", Document(f"user-{seq}", 1, b"x" * size))
        for seq, size in enumerate(sizes)
    )
    portions = [
        [len(chain.head.document.source or b"") for chain in portion]
        for portion in batches(chains, max_events=2, max_bytes=10)
    ]
    assert portions == expected
