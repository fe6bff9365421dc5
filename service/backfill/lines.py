"""Numbered lines out of pieces of text; pure. A line without end costs no memory."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """number: from 1, as editors count. content: without its end; None when it is too long. ended:
    whether it had an end."""

    number: int
    content: bytes | None
    ended: bool = True


class _Begun:
    """A line whose end hasn't come yet."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self.size = 0

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size <= self._longest:
            self._pieces.append(piece)
        else:
            self._pieces.clear()

    def take(self) -> bytes | None:
        content = b"".join(self._pieces) if self.size <= self._longest else None
        self._pieces.clear()
        self.size = 0
        return content


def split_lines(pieces: Iterable[bytes], *, longest: int) -> Iterator[Line]:
    """Every line of the text, the last one too when nothing ends it.

    longest: bytes of a line that is still given. What pieces raises passes through; the line that
    had begun is not given then.
    """
    number = 0
    begun = _Begun(longest)
    for piece in pieces:
        first, *others = piece.split(b"\n")
        begun.add(first)
        for other in others:
            number += 1
            yield Line(number, begun.take())
            begun.add(other)
    if begun.size:
        yield Line(number + 1, begun.take(), ended=False)
