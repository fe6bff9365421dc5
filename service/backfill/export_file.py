"""A users export as a stream of bytes: a file or a pipe, plain or gzip.

What it is shows in its first bytes, not in its name. Reading blocks: it is made for a thread.
"""

import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from io import FileIO
from typing import IO

_CHUNK = 256 * 1024
_HEAD = 64 * 1024
_GZIP = b"\x1f\x8b"


class ExportUnreadable(Exception):
    """Nothing of it can be used. str() says why and what to do."""


class ExportDamaged(Exception):
    """It ends or breaks in the middle. str() says what is wrong.

    What came before is good when the rest is missing; of damaged gzip data it may be wrong: that
    shows only in the checksum at the end.
    """


class ExportFile:
    """An open export.

    name: as a person knows it. size: bytes of the file, None for a pipe. modified_us: when the file
    was last written, µs since the epoch, None for a pipe. consumed: bytes of it read so far.
    """

    def __init__(self, raw: FileIO, name: str) -> None:
        status = os.fstat(raw.fileno())
        regular = stat.S_ISREG(status.st_mode)
        self.name = name
        self.size = status.st_size if regular else None
        self.modified_us = status.st_mtime_ns // 1000 if regular else None
        self.consumed = 0
        self._raw = raw
        self._as_opened = _state(raw)
        self._damage: ExportDamaged | None = None
        self._head: list[bytes] = []
        self._text = self._plain_text()

    @classmethod
    def open(cls, path: str) -> "ExportFile":
        """path: of a file, or `-` for stdin. Raises ExportUnreadable."""
        if path == "-":
            if sys.stdin is None:
                raise ExportUnreadable("stdin is closed: pipe the export into the command")
            if sys.stdin.isatty():
                raise ExportUnreadable(
                    "stdin is a terminal: pipe the export into the command, "
                    "with `< users.json.gz` behind it"
                )
            return cls(FileIO(sys.stdin.fileno(), closefd=False), "stdin")
        try:
            return cls(FileIO(path), path)
        except FileNotFoundError:
            raise ExportUnreadable(f"there is no file {path}") from None
        except IsADirectoryError:
            raise ExportUnreadable(f"{path} is a folder; name the export's file in it") from None
        except OSError as error:
            raise ExportUnreadable(f"{path} can't be read: {error.strerror}") from error

    @classmethod
    def of_kept(cls, file: IO[bytes], name: str) -> "ExportFile":
        """What was written to a temporary file, which may be closed then. Raises OSError."""
        return cls(_whole(file), name)

    def head(self) -> bytes:
        """The first text, at least its first line when that is not longer than 64 KiB.

        Raises ExportDamaged when there is none because of that.
        """
        while self._damage is None and not _is_enough(self._head):
            try:
                self._head.append(next(self._text))
            except StopIteration:
                break
            except ExportDamaged as damage:
                self._damage = damage
        if self._damage is not None and not self._head:
            raise self._damage
        return b"".join(self._head)

    def chunks(self) -> Iterator[bytes]:
        """The text from its beginning, piece by piece. Raises ExportDamaged."""
        head, self._head = self._head, []
        yield from head
        if self._damage is not None:
            raise self._damage
        yield from self._text

    def make_rewindable(self) -> None:
        """Keep what a pipe gives in a file without a name, gone with this process; before all else.

        Raises ExportUnreadable.
        """
        if self.size is not None:
            return
        try:
            with tempfile.TemporaryFile() as kept:
                while piece := self._raw.read(_CHUNK):
                    kept.write(piece)
                raw = _whole(kept)
        except OSError as error:
            raise not_kept(self.name, error) from error
        self._raw.close()
        self._raw, self._as_opened = raw, _state(raw)
        self.size = os.fstat(raw.fileno()).st_size
        self.rewind()

    def rewind(self) -> None:
        """To the beginning again; of a file, or what was made rewindable.

        Raises ExportDamaged when it isn't what it was.
        """
        if _state(self._raw) != self._as_opened:
            raise ExportDamaged("it was written to while it was being read")
        self._raw.seek(0)
        self.consumed = 0
        self._damage = None
        self._head = []
        self._text = self._plain_text()

    def close(self) -> None:
        """Close the file; stdin stays open."""
        self._raw.close()

    def _plain_text(self) -> Iterator[bytes]:
        bytes_as_stored = self._stored()
        first = b""
        for piece in bytes_as_stored:
            first += piece
            if len(first) >= len(_GZIP):
                break
        if first.startswith(_GZIP):
            yield from _inflated(first, bytes_as_stored)
        else:
            yield first
            yield from bytes_as_stored

    def _stored(self) -> Iterator[bytes]:
        try:
            while piece := self._raw.read(_CHUNK):
                self.consumed += len(piece)
                yield piece
        except OSError as error:
            raise ExportDamaged(
                f"{self.name} can't be read any further: {error.strerror}"
            ) from error


def not_kept(name: str, error: OSError) -> ExportUnreadable:
    """There is no room, or no right, for the temporary file of an export."""
    return ExportUnreadable(
        f"{name} can't be kept in a temporary file, to be read again: {error.strerror}; "
        "TMPDIR names the folder for it"
    )


def _whole(kept: IO[bytes]) -> FileIO:
    """From its beginning, and open for itself."""
    kept.flush()
    raw = FileIO(os.dup(kept.fileno()))
    raw.seek(0)
    return raw


def _state(raw: FileIO) -> tuple[int, int]:
    status = os.fstat(raw.fileno())
    return status.st_size, status.st_mtime_ns


def _is_enough(pieces: list[bytes]) -> bool:
    return sum(map(len, pieces)) >= _HEAD or any(b"\n" in piece.lstrip() for piece in pieces)


def _inflated(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The text of one gzip member after another; zeros that pad the end are nothing."""
    member = None
    data = first
    while True:
        while data:
            if member is None:
                data = data.lstrip(b"\0")
                if not data:
                    break
                member = zlib.decompressobj(wbits=31)
            try:
                text = member.decompress(data, _CHUNK)
            except zlib.error as error:
                raise ExportDamaged(
                    f"its gzip data is damaged ({error}), perhaps in lines already read"
                ) from None
            if text:
                yield text
            data = member.unconsumed_tail
            if member.eof:
                data = member.unused_data
                member = None
        try:
            data = next(rest)
        except StopIteration:
            break
    if member is not None:
        raise ExportDamaged("its gzip data ends in the middle: the download was cut off")
