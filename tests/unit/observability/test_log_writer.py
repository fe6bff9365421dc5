"""Lines on their way to a reader that may stand still."""

import threading
from collections.abc import Iterator

import pytest

from service.observability.log_writer import LogWriter
from tests.waiting import until_other_thread


class Reader:
    """Takes a line whenever it is told to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.reading = threading.Semaphore(0)

    def take(self, line: str) -> None:
        self.reading.acquire()
        self.lines.append(line)

    def read(self, lines: int) -> None:
        for _ in range(lines):
            self.reading.release()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def writer(reader: Reader) -> Iterator[LogWriter]:
    one = LogWriter(reader.take, lambda lines: f"({lines} missing)", most_waiting=3)
    yield one
    one.close()
    reader.read(100)


def put(writer: LogWriter, *lines: str) -> None:
    for line in lines:
        writer.put(line)


def test_what_is_missing_is_told_where_it_is_missing(reader: Reader, writer: LogWriter) -> None:
    put(writer, "1", "2", "3", "4", "5")
    reader.read(2)
    until_other_thread(lambda: len(reader.lines) == 2)
    put(writer, "6")
    reader.read(10)
    writer.flush(10)
    assert reader.lines == ["1\n", "2\n", "3\n", "(2 missing)\n", "6\n"]


def test_it_is_told_even_if_nothing_more_comes(reader: Reader, writer: LogWriter) -> None:
    put(writer, "1", "2", "3", "4")
    reader.read(10)
    writer.flush(10)
    assert reader.lines == ["1\n", "2\n", "3\n", "(1 missing)\n"]


def test_flush_waits_for_a_slow_reader_and_not_for_one_that_stands_still(
    reader: Reader, writer: LogWriter
) -> None:
    put(writer, "1", "2")
    reader.read(1)
    writer.flush(0.05)
    assert reader.lines == ["1\n"]


def test_what_was_put_before_the_end_is_written(reader: Reader, writer: LogWriter) -> None:
    put(writer, "1", "2")
    writer.close()
    put(writer, "3")
    reader.read(10)
    writer.flush(10)
    assert reader.lines == ["1\n", "2\n"]
