"""Coalescing: the newest leads, and what it supersedes settles with it."""

import itertools

import pytest

from service.indexer.chain import Candidate, Chain
from service.journal.records import Outcome, Settlement
from tests.unit.indexer.making import candidate


def chain_of(*candidates: Candidate) -> Chain:
    chain, *others = map(Chain, candidates)
    for other in others:
        chain.join(other)
    return chain


ORDERS = list(
    itertools.permutations(
        candidate(seq, version=version) for seq, version in ((1, 10), (2, 30), (3, 30), (4, 20))
    )
)


@pytest.mark.parametrize("order", ORDERS)
def test_the_newest_leads_and_the_rest_settles_before_it(order: tuple[Candidate, ...]) -> None:
    chain = chain_of(*order)
    assert chain.head.seq == 2
    *others, last = chain.settlements(Outcome.APPLIED)
    assert sorted(others) == [
        Settlement(1, Outcome.SUPERSEDED),
        Settlement(3, Outcome.DUPLICATE),
        Settlement(4, Outcome.SUPERSEDED),
    ]
    assert last == Settlement(2, Outcome.APPLIED)


@pytest.mark.parametrize("order", ORDERS)
def test_without_its_head_the_others_are_tried_from_the_newest_on(
    order: tuple[Candidate, ...],
) -> None:
    chain = chain_of(*order)
    assert [chain.next_newest() for _ in range(4)] == [3, 4, 1, None]


def test_chains_are_joined_with_all_that_they_hold() -> None:
    chain = chain_of(candidate(1, version=10), candidate(2, version=20))
    chain.join(chain_of(candidate(3, version=15), candidate(4, version=5)))
    assert chain.head.seq == 2
    assert [chain.next_newest() for _ in range(4)] == [3, 1, 4, None]


def test_of_what_is_superseded_no_body_is_kept() -> None:
    large = 1_000_000
    chain = chain_of(candidate(1, version=10, body=b"x" * large), candidate(2, version=20))
    assert chain.weight < large
