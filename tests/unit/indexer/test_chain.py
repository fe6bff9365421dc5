"""Coalescing: the newest leads, and what it supersedes settles with it."""

from service.documents.document import Document
from service.indexer.chain import Candidate, coalesce
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
