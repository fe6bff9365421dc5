"""The external version orders statements as the design says, and fits OpenSearch's long."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.events.timestamp import parse_rfc3339
from service.events.version import LATEST_TIME_US, Kind, external_version

times = st.integers(0, LATEST_TIME_US)
kinds = st.sampled_from(Kind)
ids = st.text()


def test_the_layout() -> None:
    digest = hashlib.sha256(b"evt_1").digest()
    first_nine_bits = int(f"{digest[0]:08b}{digest[1]:08b}"[:9], 2)
    version = external_version(1738413296123456, Kind.DELETED, "evt_1")
    assert version == 1738413296123456 * 2048 + 3 * 512 + first_nine_bits


def test_versions_are_the_same_on_every_machine_and_in_every_release() -> None:
    """Stored versions outlive releases: these numbers may never change."""
    time_us = parse_rfc3339("2025-02-01T12:34:56.123456Z").us
    assert external_version(time_us, Kind.READ, "read:1") == 3560270430460838371
    assert external_version(time_us, Kind.UPDATED, "evt_é") == 3560270430460839093
    assert external_version(0, Kind.CREATED, "\ud800") == 803


@given(times, kinds, ids)
def test_a_version_fits_a_signed_64_bit_integer(time_us: int, kind: Kind, event_id: str) -> None:
    assert 0 <= external_version(time_us, kind, event_id) < 2**63


def test_the_last_version_is_the_highest_of_64_bits_but_its_digest() -> None:
    assert external_version(LATEST_TIME_US, Kind.DELETED, "x") >> 9 == 2**54 - 1


@given(st.lists(times, min_size=2, max_size=2, unique=True), kinds, kinds, ids, ids)
def test_the_later_statement_wins(
    instants: list[int], earlier: Kind, later: Kind, one: str, other: str
) -> None:
    first, last = sorted(instants)
    assert external_version(first, earlier, one) < external_version(last, later, other)


@given(times, st.lists(kinds, min_size=2, max_size=2, unique=True), ids, ids)
def test_at_one_instant_the_higher_kind_wins(
    time_us: int, two: list[Kind], one: str, other: str
) -> None:
    lower, higher = sorted(two)
    assert external_version(time_us, lower, one) < external_version(time_us, higher, other)


def test_at_one_instant_a_deletion_beats_an_update_a_creation_and_a_read() -> None:
    order = sorted(Kind, key=lambda kind: external_version(1, kind, "x"))
    assert order == [Kind.READ, Kind.CREATED, Kind.UPDATED, Kind.DELETED]


def test_most_events_of_one_kind_at_one_instant_differ() -> None:
    versions = {external_version(1, Kind.UPDATED, f"evt_{number}") for number in range(100)}
    assert len(versions) > 80


@pytest.mark.parametrize("time_us", [-1, LATEST_TIME_US + 1])
def test_a_time_without_a_version_is_an_error(time_us: int) -> None:
    with pytest.raises(ValueError, match="no version"):
        external_version(time_us, Kind.UPDATED, "evt_1")
