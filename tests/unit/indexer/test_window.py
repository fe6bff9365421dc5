"""What waits to be sent: coalesced however far apart it was claimed, sent from the old end on."""

import asyncio
from collections.abc import Sequence

import pytest

from service.indexer import window as window_module
from service.indexer.chain import Chain
from service.indexer.window import Window
from tests.unit.indexer.making import candidate


def users(batch: Sequence[Chain]) -> list[str]:
    return [chain.user for chain in batch]


async def settle() -> None:
    """Let whoever was woken run."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_claims_far_apart_are_coalesced_and_the_user_keeps_his_place() -> None:
    window = Window(max_events=2, max_bytes=1_000)
    window.add([candidate(1, "a"), candidate(2, "b"), candidate(3, "c")], behind=0)
    window.add([candidate(4, "a"), candidate(5, "d")], behind=0)
    first = window.take()
    assert users(first) == ["a", "b"]
    assert (first[0].head.seq, first[0].superseded[0].seq) == (4, 1)
    assert users(window.take()) == ["c", "d"]
    assert window.take() == []


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([1, 1, 1, 1, 1], [[0, 1], [2, 3], [4]], id="two at most"),
        pytest.param([6, 6, 3, 3], [[0], [1, 2], [3]], id="ten bytes at most"),
        pytest.param([30, 1, 30], [[0], [1], [2]], id="a larger one alone"),
    ],
)
async def test_batches_are_bounded_in_number_and_bytes(
    sizes: list[int], expected: list[list[int]]
) -> None:
    window = Window(max_events=2, max_bytes=10)
    window.add(
        (candidate(seq, f"user-{seq}", body=b"x" * size) for seq, size in enumerate(sizes)),
        behind=0,
    )
    batches = [window.take() for _ in expected]
    assert [[chain.head.seq for chain in batch] for batch in batches] == expected


async def test_of_a_backlog_documents_are_held_back_until_many_events_were_looked_at() -> None:
    window = Window(max_events=2, max_bytes=1_000)
    window.add((candidate(seq, f"earlier-{seq}") for seq in range(-3, 1)), behind=0)
    window.take()
    window.take()
    some = asyncio.create_task(window.until_some())
    window.add([candidate(1, "a"), candidate(2, "b")], behind=6)
    await settle()
    assert not some.done()
    window.add([candidate(3, "c"), candidate(4, "a")], behind=8)
    await settle()
    assert not some.done()
    window.add([candidate(5, "b")], behind=1)  # the end: less than a batch is to come
    await asyncio.wait_for(some, 10)
    assert users(window.take()) == ["a", "b"]


async def test_of_a_backlog_no_more_is_held_back_than_twice_what_was_sent() -> None:
    window = Window(max_events=2, max_bytes=1_000)
    window.add([candidate(1, "a"), candidate(2, "b")], behind=1_000_000)
    await asyncio.wait_for(window.until_some(), 10)
    window.take()
    some = asyncio.create_task(window.until_some())
    window.add((candidate(seq, f"user-{seq}") for seq in (3, 4, 5)), behind=1_000_000)
    await settle()
    assert not some.done()
    window.add([candidate(6, "f")], behind=1_000_000)
    await asyncio.wait_for(some, 10)


async def test_a_full_window_is_sent_before_more_is_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = candidate(1, "a"), candidate(2, "b")
    monkeypatch.setattr(window_module, "_MOST_BYTES", 2 * Chain(first).weight)
    window = Window(max_events=1, max_bytes=1_000)
    await asyncio.wait_for(window.until_room(), 10)
    window.add([first, second], behind=1_000_000)
    room = asyncio.create_task(window.until_room())
    await asyncio.wait_for(window.until_some(), 10)
    assert not room.done()
    window.take()
    await asyncio.wait_for(room, 10)
