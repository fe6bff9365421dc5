"""Claimed events become candidates, and those that are sent become documents."""

import json
from typing import Any

import pytest

from service.documents.document import Document, to_document
from service.events.event import Event
from service.indexer import prepare
from service.indexer.chain import Chain
from service.indexer.options import IndexerOptions
from service.indexer.prepare import MAPPING_FAILED, Composed, Preparer
from service.journal.records import Record
from tests.unit.journal.samples import Clock

NOW_US = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z


def record(seq: int, **profile: Any) -> Record:
    event = {
        "specversion": "1.0",
        "type": "user.updated",
        "id": f"evt_{seq}",
        "time": "2026-03-01T12:00:01.500Z",
        "data": {"object": {"user_id": f"auth0|{seq}", **profile}},
    }
    return Record(seq, NOW_US, json.dumps(event).encode(), 0, False)


async def composed(preparer: Preparer, *records: Record, sent_soon: bool = True) -> Composed:
    prepared = await preparer.candidates(records, sent_soon=sent_soon)
    assert not prepared.burials
    return await preparer.compose([Chain(candidate) for candidate in prepared.candidates])


async def test_parsed_once_or_twice_it_is_the_same_document() -> None:
    clock = Clock(NOW_US)
    preparer = Preparer(IndexerOptions(), clock)
    documents = []
    for sent_soon in (True, False):
        (candidate,) = (
            await preparer.candidates([record(1, name="Ann")], sent_soon=sent_soon)
        ).candidates
        assert (candidate.event is not None) is sent_soon
        ((ready,),) = (await preparer.compose([Chain(candidate)])).parts
        documents.append(ready.document)
    assert documents[0] == documents[1]
    assert documents[0].version == candidate.version


async def test_a_large_event_is_not_kept_parsed() -> None:
    preparer = Preparer(IndexerOptions(), Clock(NOW_US))
    records = [record(1, name="Ann"), record(2, user_metadata={"notes": ["note"] * 10_000})]
    small, large = (await preparer.candidates(records, sent_soon=True)).candidates
    assert small.event is not None
    assert large.event is None


async def test_a_clock_set_back_meanwhile_does_not_make_the_event_one_of_the_future() -> None:
    clock = Clock(NOW_US)
    preparer = Preparer(IndexerOptions(future_tolerance_us=10_000_000), clock)
    prepared = await preparer.candidates([record(1)], sent_soon=False)
    clock.us -= 3_600_000_000
    ((ready,),) = (await preparer.compose([Chain(*prepared.candidates)])).parts
    assert ready.document.id == "auth0|1"


async def test_one_that_cannot_be_mapped_is_told_and_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(event: Event, **how: Any) -> Document:
        if event.user_id == "auth0|2":
            raise KeyError
        return to_document(event, **how)

    monkeypatch.setattr(prepare, "to_document", faulty)
    preparer = Preparer(IndexerOptions(), Clock(NOW_US))
    (part,), failed = await composed(preparer, *(record(seq) for seq in (1, 2, 3)))
    assert [ready.document.id for ready in part] == ["auth0|1", "auth0|3"]
    ((chain, reason),) = failed
    assert chain.user == "auth0|2"
    assert "KeyError" in reason


async def test_what_cannot_even_be_parsed_for_a_fault_of_ours_is_buried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def faulty(*_: Any, **__: Any) -> Event:
        raise KeyError

    monkeypatch.setattr(prepare, "parse_event", faulty)
    preparer = Preparer(IndexerOptions(), Clock(NOW_US))
    candidates, (burial,) = await preparer.candidates([record(1)], sent_soon=True)
    assert candidates == []
    assert (burial.seq, burial.code) == (1, MAPPING_FAILED)


async def test_documents_that_outgrew_their_events_go_in_several_requests() -> None:
    preparer = Preparer(IndexerOptions(max_bytes=200_000), Clock(NOW_US))
    grown = {"k" * 400: {str(leaf): leaf for leaf in range(100)}}
    records = [record(seq, app_metadata=grown) for seq in range(1, 5)]
    parts, _ = await composed(preparer, *records)
    sizes = [[len(ready.document.source or b"") for ready in part] for part in parts]
    assert all(sum(part) <= 200_000 for part in sizes)
    assert sizes == [sizes[0], sizes[0]]
    assert len(sizes[0]) == 2


async def test_events_ahead_of_the_clock_are_counted_until_one_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock(NOW_US)
    preparer = Preparer(IndexerOptions(future_tolerance_us=10_000_000), clock)
    clock.us -= 3_600_000_000
    await preparer.candidates([record(1), record(2)], sent_soon=True)
    await preparer.candidates([Record(3, NOW_US, b"null", 0, False)], sent_soon=True)
    await preparer.candidates([record(4)], sent_soon=True)
    assert preparer.ahead_in_a_row == 3
    await preparer.candidates([record(5)], sent_soon=True)
    assert [one.__dict__["action"] for one in caplog.records] == ["clock_behind"]
    clock.us += 3_600_000_000
    await preparer.candidates([record(5)], sent_soon=True)
    assert preparer.ahead_in_a_row == 0
