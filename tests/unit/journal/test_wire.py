"""What goes over the owner's socket comes out the same."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.journal import wire
from service.journal.errors import (
    JournalError,
    JournalFull,
    JournalUnavailable,
    OwnerIncompatible,
)
from service.journal.records import (
    Accounting,
    ComparisonResult,
    DeadLetter,
    Disposition,
    Entry,
    JournalStatus,
)

entries = st.lists(
    st.builds(
        Entry,
        body=st.binary(max_size=300),
        type=st.text(),
        disposition=st.sampled_from(Disposition),
        tenant=st.none() | st.text(),
        repeatable=st.booleans(),
    ),
    max_size=5,
)


@given(entries)
def test_entries(sent: list[Entry]) -> None:
    assert wire.unpack_entries(wire.pack_entries(sent)) == sent


@given(entries.filter(bool), st.data())
def test_a_cut_is_noticed(sent: list[Entry], data: st.DataObject) -> None:
    packed = wire.pack_entries(sent)
    last = len(wire.pack_entries(sent[-1:]))
    at = data.draw(st.integers(len(packed) - last + 1, len(packed) - 1))
    with pytest.raises(ValueError, match="cut off"):
        wire.unpack_entries(packed[:at])


def test_lone_surrogates_are_replaced() -> None:
    sent = [Entry(b"a", "t\ud800", Disposition.STORE, "x\udfff")]
    assert wire.unpack_entries(wire.pack_entries(sent)) == [
        Entry(b"a", "t?", Disposition.STORE, "x?")
    ]


def test_status() -> None:
    books = Accounting({"user.created": 3}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    status = JournalStatus(books, 7, 3, None, 5, ComparisonResult(6, 1), "tenant", "full")
    never = replace(status, last_comparison=None)
    assert wire.unpack_status(wire.pack_status(never, None)) == (never, None)
    assert wire.unpack_status(wire.pack_status(status, {"checks": []})) == (status, {"checks": []})
    assert wire.unpack_status(wire.pack_status(status, None)) == (status, None)


@pytest.mark.parametrize("changed", ["fewer", "more", "no JSON"])
def test_an_owner_of_another_version_is_told_apart(changed: str) -> None:
    books = Accounting({}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    status = JournalStatus(books, 7, 3, None, 5, None, "tenant", "full")
    packed = orjson.loads(wire.pack_status(status, None))
    if changed == "fewer":
        del packed["journal"]["last_comparison"]
    else:
        packed["journal"]["another"] = 1
    with pytest.raises(OwnerIncompatible, match="restart it"):
        wire.unpack_status(b"no JSON" if changed == "no JSON" else orjson.dumps(packed))


def test_dead_letters() -> None:
    letter = DeadLetter(1, 2, 3, "code", "reason", 4, "type", 2, b"\x00\xff")
    assert wire.unpack_dead_letter(wire.pack_dead_letter(letter)) == letter
    assert wire.unpack_dead_letter(wire.pack_dead_letter(None)) is None


@pytest.mark.parametrize("error", [JournalFull("full"), JournalUnavailable("disk")])
def test_errors(error: JournalError) -> None:
    received = wire.unpack_error(wire.pack_error(error))
    assert (type(received), str(received)) == (type(error), str(error))


@pytest.mark.parametrize("body", [b"", b"500 Internal Server Error", b"[]", b"{}"])
def test_any_other_failure_is_an_error_too(body: bytes) -> None:
    assert isinstance(wire.unpack_error(body), JournalUnavailable)
