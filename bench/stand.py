"""The test stand: engine, generator, scratch folder and sizes, handed to every measurement."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.engine import Engine
from bench.generator import Generator
from bench.load import Load, write_bodies
from bench.scale import Scale


@dataclass(frozen=True, slots=True)
class Bodies:
    """A file of events, and how many."""

    path: Path
    number: int


class Stand:
    """What is the same for every measurement.

    most_per_second: events that can be sustained end to end; 0 until that was measured.
    """

    def __init__(self, engine: Engine, generator: Generator, scale: Scale, folder: Path) -> None:
        self.engine = engine
        self.generator = generator
        self.scale = scale
        self.most_per_second = 0.0
        self._folder = folder
        self._numbers = count()

    def folder(self, name: str) -> Path:
        """A new, empty folder."""
        made = self._folder / f"{next(self._numbers):03d}-{name}"
        made.mkdir(parents=True)
        return made

    def load(self) -> Load:
        """A history of its own: its events are distinct from every other's."""
        return Load(seed=next(self._numbers))

    def bodies(self, events: Iterable[bytes]) -> Bodies:
        """Events as the generator reads them."""
        path = self.folder("bodies") / "bodies"
        return Bodies(path, write_bodies(path, iter(events)))
