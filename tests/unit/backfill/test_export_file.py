"""An export is read as it is stored: plain or gzip, whole or cut off, a file or a pipe."""

import gzip
import os
import tempfile
import threading
import zlib
from functools import partial
from io import FileIO
from pathlib import Path

import pytest

from service.backfill.export_file import ExportDamaged, ExportFile, ExportUnreadable
from tests.unit.backfill.exports import read_until, written

TEXT = b"".join(b"line %d\n" % number for number in range(50_000))
# The same bytes in every run, and so the same names of tests.
gzipped = partial(gzip.compress, mtime=0)


def text_of(path: str) -> bytes:
    export = ExportFile.open(path)
    try:
        return b"".join(export.chunks())
    finally:
        export.close()


@pytest.mark.parametrize(
    "stored",
    [
        TEXT,
        gzipped(TEXT),
        gzipped(TEXT[:1000]) + gzipped(TEXT[1000:]),
        gzipped(b"") + gzipped(TEXT),
        gzipped(TEXT) + b"\0" * 1024,
    ],
    ids=["plain", "gzip", "two members", "an empty member", "padded"],
)
def test_the_text_is_whole(tmp_path: Path, stored: bytes) -> None:
    assert text_of(written(tmp_path, stored)) == TEXT


def test_the_name_of_the_file_says_nothing(tmp_path: Path) -> None:
    assert text_of(written(tmp_path, b"a\n", "users.json.gz")) == b"a\n"
    assert text_of(written(tmp_path, gzipped(b"a\n"), "users.json")) == b"a\n"


@pytest.mark.parametrize("stored", [b"", b"\x1f", b"{", gzipped(b"")])
def test_a_tiny_file_is_read(tmp_path: Path, stored: bytes) -> None:
    assert text_of(written(tmp_path, stored)) in (stored, b"")


def read_until_damage(path: str) -> tuple[bytes, str]:
    export = ExportFile.open(path)
    pieces, message = read_until(export.chunks(), ExportDamaged)
    export.close()
    return b"".join(pieces), message


def test_gzip_cut_off_gives_what_came_before_the_cut(tmp_path: Path) -> None:
    stored = gzipped(TEXT)
    read, message = read_until_damage(written(tmp_path, stored[: len(stored) // 2]))
    assert read
    assert TEXT.startswith(read)
    assert "cut off" in message


def test_gzip_cut_off_in_its_first_bytes_says_so(tmp_path: Path) -> None:
    read, message = read_until_damage(written(tmp_path, gzipped(TEXT)[:5]))
    assert read == b""
    assert "cut off" in message


def test_damaged_gzip_says_so(tmp_path: Path) -> None:
    stored = bytearray(gzipped(TEXT))
    stored[-8:-4] = b"\0\0\0\0"
    read, message = read_until_damage(written(tmp_path, bytes(stored)))
    assert TEXT.startswith(read)
    assert "damaged" in message


def test_the_head_is_not_taken_away(tmp_path: Path) -> None:
    export = ExportFile.open(written(tmp_path, gzipped(TEXT)))
    head = export.head()
    assert head.startswith(b"line 0\n")
    assert b"".join(export.chunks()) == TEXT
    export.close()


def test_damage_met_in_the_head_is_told_after_what_is_good(tmp_path: Path) -> None:
    export = ExportFile.open(written(tmp_path, gzipped(b"x" * 100)[:-8]))
    assert export.head() == b"x" * 100
    pieces = export.chunks()
    assert next(pieces) == b"x" * 100
    with pytest.raises(ExportDamaged):
        next(pieces)
    export.close()


def test_a_little_gzip_that_is_huge_comes_in_small_pieces(tmp_path: Path) -> None:
    packed = zlib.compressobj(wbits=31)
    stored = b"".join(packed.compress(b"\0" * 1_000_000) for _ in range(50)) + packed.flush()
    export = ExportFile.open(written(tmp_path, stored))
    sizes = [len(piece) for piece in export.chunks()]
    export.close()
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 256 * 1024


def test_progress_counts_the_bytes_of_the_file(tmp_path: Path) -> None:
    stored = gzipped(TEXT)
    export = ExportFile.open(written(tmp_path, stored))
    assert (export.size, export.consumed) == (len(stored), 0)
    list(export.chunks())
    assert export.consumed == len(stored)
    export.close()


def test_the_age_is_that_of_the_last_change(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    os.utime(path, ns=(0, 1_700_000_000_123_456_000))
    export = ExportFile.open(path)
    assert export.modified_us == 1_700_000_000_123_456
    export.close()


@pytest.mark.parametrize("stored", [TEXT, gzipped(TEXT)])
def test_a_pipe_may_give_a_byte_at_a_time(stored: bytes) -> None:
    reading, writing = os.pipe()

    def write() -> None:
        for at in range(8):
            os.write(writing, stored[at : at + 1])
        with os.fdopen(writing, "wb") as rest:
            rest.write(stored[8:])

    writer = threading.Thread(target=write)
    writer.start()
    export = ExportFile(FileIO(reading), "stdin")
    assert (export.size, export.modified_us) == (None, None)
    assert b"".join(export.chunks()) == TEXT
    writer.join()
    export.close()


def test_what_cannot_be_opened_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(ExportUnreadable, match="there is no file"):
        ExportFile.open(str(tmp_path / "missing.json"))
    with pytest.raises(ExportUnreadable, match="is a folder"):
        ExportFile.open(str(tmp_path))


def test_a_stdin_that_is_closed_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ExportUnreadable, match="stdin is closed"):
        ExportFile.open("-")


@pytest.mark.parametrize("stored", [TEXT, gzipped(TEXT)], ids=["plain", "gzip"])
def test_a_file_is_read_again_from_its_beginning(tmp_path: Path, stored: bytes) -> None:
    export = ExportFile.open(written(tmp_path, stored))
    export.make_rewindable()
    assert export.head()
    for _ in range(2):
        export.rewind()
        assert b"".join(export.chunks()) == TEXT
        assert export.consumed == export.size == len(stored)
    export.close()


def test_a_pipe_is_kept_to_be_read_again() -> None:
    stored = gzipped(TEXT)
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(stored)

    writer = threading.Thread(target=write)
    writer.start()
    export = ExportFile(FileIO(reading), "stdin")
    export.make_rewindable()
    writer.join()
    assert export.size == len(stored)
    for _ in range(2):
        assert b"".join(export.chunks()) == TEXT
        export.rewind()
    export.close()


def test_without_room_for_a_pipe_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves no folder that Python would make temporary files in."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "gone")])
    reading, writing = os.pipe()
    os.close(writing)
    export = ExportFile(FileIO(reading), "stdin")
    with pytest.raises(ExportUnreadable, match="TMPDIR"):
        export.make_rewindable()
    export.close()


def test_a_damage_is_met_again(tmp_path: Path) -> None:
    export = ExportFile.open(written(tmp_path, gzipped(TEXT)[:-100]))
    for _ in range(2):
        _, message = read_until(export.chunks(), ExportDamaged)
        assert "cut off" in message
        export.rewind()
    export.close()


def test_a_file_that_changes_meanwhile_is_not_read_on(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    export = ExportFile.open(path)
    assert b"".join(export.chunks()) == TEXT
    with Path(path).open("ab") as file:
        file.write(b"another line\n")
    with pytest.raises(ExportDamaged, match="was written to"):
        export.rewind()
    export.close()
