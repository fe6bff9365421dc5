"""The disk is looked at once a second; room inside the file counts as free."""

from pathlib import Path

import pytest

from service.journal.capacity import Capacity
from service.journal.errors import JournalFull, JournalGone


class Disk:
    """A disk whose free bytes the test sets, and a clock."""

    def __init__(self) -> None:
        self.free = 1000
        self.looks = 0
        self.s = 0.0

    def free_bytes(self, folder: Path) -> int:
        self.looks += 1
        return self.free

    def monotonic_s(self) -> float:
        return self.s


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    path.touch()
    return path


@pytest.fixture
def capacity(disk: Disk, file: Path) -> Capacity:
    return Capacity(
        file,
        max_bytes=10_000,
        min_free_disk_bytes=500,
        free_bytes=disk.free_bytes,
        monotonic_s=disk.monotonic_s,
    )


def test_looks_once_a_second(capacity: Capacity, disk: Disk) -> None:
    disk.free, disk.s = 10**9, 1.0
    capacity.check(1, 0)
    disk.free = 0
    for _ in range(100):
        capacity.check(1, 0)
    assert disk.looks == 2
    disk.s = 2.0
    with pytest.raises(JournalFull, match=" 0 bytes are free, 500 have to stay free"):
        capacity.check(1, 0)
    disk.free = 1000
    capacity.check(1, 0)


def test_looks_at_once_when_what_it_let_in_used_up_the_rest(capacity: Capacity, disk: Disk) -> None:
    capacity.check(200, 0)
    capacity.promise(200)
    capacity.keep_promises()
    disk.free = 899
    with pytest.raises(JournalFull, match="699 bytes are free"):
        capacity.check(100, 200)
    capacity.check(99, 200)
    capacity.note_spare(0)  # it is in the file too by now, and the disk is looked at anew
    capacity.check(199, 200)


def test_what_is_in_the_log_alone_has_room_in_the_file(capacity: Capacity, disk: Disk) -> None:
    capacity.note_spare(-300)
    with pytest.raises(JournalFull, match="700 bytes are free"):
        capacity.check(101, 0)
    capacity.check(100, 0)


def test_what_is_let_in_but_not_written_counts(capacity: Capacity) -> None:
    capacity.check(150, 0)
    capacity.promise(150)
    with pytest.raises(JournalFull):
        capacity.check(150, 150)


def test_room_inside_the_file_is_room(capacity: Capacity, disk: Disk) -> None:
    disk.free, disk.s = 100, 1.0
    with pytest.raises(JournalFull):
        capacity.check(1, 0)
    capacity.note_spare(402)
    capacity.check(1, 0)


def test_the_limit_itself_still_fits(capacity: Capacity) -> None:
    capacity.check(1, 9_999)
    with pytest.raises(JournalFull, match="JOURNAL_MAX_BYTES"):
        capacity.check(1, 10_000)


def test_notices_that_the_file_is_gone(capacity: Capacity, disk: Disk, file: Path) -> None:
    file.rename(file.with_name("elsewhere"))  # where it keeps its inode from the next file
    disk.s = 1.0
    with pytest.raises(JournalGone, match="put the file back"):
        capacity.check(1, 0)
    file.touch()
    disk.s = 2.0
    with pytest.raises(JournalGone, match="was replaced"):
        capacity.check(1, 0)


def test_notices_for_good_that_the_file_was_cut(capacity: Capacity, disk: Disk, file: Path) -> None:
    """Emptied, or copied over: a live journal's file only grows, and soon has its length again."""
    for length, fits in ((0, True), (200, True), (200, True), (100, False), (300, False)):
        file.write_bytes(b"x" * length)
        disk.s += 1.0
        if fits:
            capacity.check(1, 0)
        else:
            with pytest.raises(JournalGone, match="was overwritten while in use"):
                capacity.check(1, 0)
