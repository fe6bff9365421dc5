"""Lines become entries in batches of bounded size, and a bad one is told by its number."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from service.backfill.batches import Batch, batches
from service.backfill.export_file import ExportDamaged, ExportFile
from service.backfill.profiles import BadLine, LineOptions
from service.events.event_type import READ_TYPE
from service.events.timestamp import parse_rfc3339
from service.journal.records import Disposition
from tests.unit.backfill.exports import ndjson, read_until, user, written

NOW_US = parse_rfc3339("2025-06-01T00:00:00Z").us


def made(folder: Path, text: bytes, **options: Any) -> list[Batch]:
    export = ExportFile.open(written(folder, text))
    limits = {"longest_line": 100_000, "largest_body": 10**6}
    limits |= {name: options.pop(name) for name in limits if name in options}
    chosen = LineOptions(future_tolerance_us=0, **limits)
    try:
        return list(batches(export, chosen, now_us=lambda: NOW_US, **options))
    finally:
        export.close()


def profiles(batch: Batch) -> list[Any]:
    return [json.loads(entry.body)["data"]["object"] for entry in batch.entries]


def test_a_line_is_wrapped_and_stored_as_ours(tmp_path: Path) -> None:
    (batch,) = made(tmp_path, ndjson(user("ada")))
    (entry,) = batch.entries
    assert (entry.type, entry.disposition, entry.tenant) == (READ_TYPE, Disposition.STORE, None)
    assert entry.repeatable
    assert profiles(batch) == [user("ada")]
    assert batch.bad == []


def test_blank_lines_and_a_byte_order_mark_are_nothing(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf\r\n" + ndjson(user("ada")).replace(b"\n", b"\r\n") + b" \t\r\n\n"
    (batch,) = made(tmp_path, text)
    assert profiles(batch) == [user("ada")]


def test_a_byte_order_mark_before_the_first_user_is_nothing(tmp_path: Path) -> None:
    (batch,) = made(tmp_path, b"\xef\xbb\xbf" + ndjson(user("ada")))
    assert profiles(batch) == [user("ada")]
    assert batch.bad == []


def test_a_batch_ends_at_so_many_lines(tmp_path: Path) -> None:
    found = made(tmp_path, ndjson(*(user(str(n)) for n in range(5))), max_lines=2)
    assert [len(batch.entries) for batch in found] == [2, 2, 1]


def test_a_batch_ends_at_so_many_bytes_and_holds_one_line_at_least(tmp_path: Path) -> None:
    found = made(tmp_path, ndjson(user("a"), user("b")), max_bytes=1)
    assert [len(batch.entries) for batch in found] == [1, 1]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", "line_not_json"),
        (b"\xff\xfe", "line_not_json"),
        (b"null", "profile_missing"),
        (b"[]", "profile_invalid"),
        (b"5", "profile_invalid"),
        (json.dumps({"updated_at": "2025-02-01T12:34:56Z"}).encode(), "user_id_missing"),
        (json.dumps(user("a", user_id=5)).encode(), "user_id_invalid"),
        (json.dumps(user("a", user_id="")).encode(), "user_id_invalid"),
        (json.dumps(user("a", user_id="é" * 257)).encode(), "user_id_too_long"),
        (json.dumps({"user_id": "a"}).encode(), "updated_at_missing"),
        (json.dumps(user("a", updated_at="yesterday")).encode(), "updated_at_invalid"),
        (json.dumps(user("a", updated_at="2025-06-01T00:00:01Z")).encode(), "time_in_future"),
        (json.dumps(user("a", updated_at="1970-01-01T00:00:00Z")).encode(), "time_too_old"),
    ],
)
def test_a_bad_line_is_told_and_journaled_between_its_neighbours(
    tmp_path: Path, line: bytes, code: str
) -> None:
    (batch,) = made(tmp_path, ndjson(user("ada"), b"", line, user("bob")))
    (bad,) = batch.bad
    assert (bad.number, bad.code) == (3, code)
    assert [entry.body for entry in batch.entries][1] == bad.body
    assert len(batch.entries) == 3


def test_a_line_beyond_the_limit_is_told_and_left_out(tmp_path: Path) -> None:
    long = user("long", name="x" * 1000)
    (batch,) = made(tmp_path, ndjson(user("ada"), long, user("bob")), longest_line=1000)
    assert profiles(batch) == [user("ada"), user("bob")]
    (bad,) = batch.bad
    assert bad == BadLine(2, "line_too_long", "the line is longer than 1,000 bytes", None)


def test_what_the_journal_can_never_hold_is_told_and_left_out(tmp_path: Path) -> None:
    """Bytes that aren't UTF-8 are escaped: the body is longer than the line."""
    bad = b'{"user_id":"' + b"\xff" * 500
    (batch,) = made(tmp_path, ndjson(user("ada"), bad, user("bob")), largest_body=1000)
    assert profiles(batch) == [user("ada"), user("bob")]
    (left_out,) = batch.bad
    assert (left_out.number, left_out.code, left_out.body) == (2, "line_too_long", None)


def test_the_same_line_gives_the_same_bytes(tmp_path: Path) -> None:
    (batch,) = made(tmp_path, ndjson(user("ada"), user("ada")))
    first, second = batch.entries
    assert first.body == second.body


def test_before_damage_everything_is_given_but_the_line_it_cut(tmp_path: Path) -> None:
    good = gzip.compress(ndjson(user("ada"), user("bob")) + b'{"user_id":"cut')
    export = ExportFile.open(written(tmp_path, good[:-8]))
    options = LineOptions(future_tolerance_us=0, longest_line=1000, largest_body=10**6)
    found, _ = read_until(batches(export, options, now_us=lambda: NOW_US), ExportDamaged)
    export.close()
    assert [profiles(batch) for batch in found] == [[user("ada"), user("bob")]]


def test_the_position_moves_through_the_file(tmp_path: Path) -> None:
    text = ndjson(*(user(str(n), name="x" * 50_000) for n in range(40)))
    positions = [batch.position for batch in made(tmp_path, text, max_lines=10)]
    assert positions == sorted(positions)
    assert positions[0] < positions[-1] == len(text)
