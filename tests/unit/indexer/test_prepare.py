"""Events are mapped in portions, and a large one beside the event loop."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from service.indexer import prepare as prepare_module
from service.indexer.options import IndexerOptions
from service.indexer.prepare import Prepared, portions, prepare_aside
from service.journal.records import Record

KB = 1024


def record(seq: int, size: int) -> Record:
    return Record(seq, 0, b"x" * size, 0, False)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1] * 70, [32, 32, 6], id="many small ones"),
        pytest.param([60 * KB] * 5, [2, 2, 1], id="a few larger ones"),
        pytest.param([1, 900 * KB, 1, 900 * KB], [1, 1, 1, 1], id="a large one alone"),
    ],
)
def test_portions_are_bounded_in_number_and_bytes(sizes: list[int], expected: list[int]) -> None:
    records = [record(seq, size) for seq, size in enumerate(sizes)]
    parts = list(portions(records))
    assert [len(part) for part in parts] == expected
    assert [one for part in parts for one in part] == records


async def test_while_a_large_event_is_mapped_the_loop_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop_went_on = threading.Event()

    def slow(records: Sequence[Record], options: IndexerOptions, *, now_us: int) -> Prepared:
        assert loop_went_on.wait(10)
        return Prepared([], [])

    monkeypatch.setattr(prepare_module, "prepare", slow)
    asyncio.get_running_loop().call_soon(loop_went_on.set)
    large = [record(1, 900 * KB)]
    assert await prepare_aside(large, IndexerOptions(), now_us=0) == Prepared([], [])
