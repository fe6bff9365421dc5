"""The list of the engine's jars: which file, how large, which digest.

Promise: nothing outside this list is ever put on the node's class path.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

LIST = Path(__file__).with_name("jars.txt")


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar: its Maven coordinate, its SHA-256 (hexadecimal) and its size in bytes."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str
    size: int

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read `group:artifact:version[:classifier] sha256 size`; ValueError otherwise."""
        coordinate, sha256, size = line.split()
        group, artifact, version, *rest = coordinate.split(":")
        if len(rest) > 1 or len(sha256) != 64:
            raise ValueError(f"not a line of the list of jars: {line!r}")
        return cls(group, artifact, version, "".join(rest), sha256, int(size))

    @property
    def coordinate(self) -> str:
        parts = [self.group, self.artifact, self.version, self.classifier]
        return ":".join(part for part in parts if part)

    @property
    def file_name(self) -> str:
        parts = [self.artifact, self.version, self.classifier]
        return "-".join(part for part in parts if part) + ".jar"

    @property
    def repository_path(self) -> str:
        """Where a Maven repository keeps it, below the repository's own address."""
        group = self.group.replace(".", "/")
        return f"{group}/{self.artifact}/{self.version}/{self.file_name}"

    def is_at(self, path: Path) -> bool:
        """Whether the file at `path` is this jar, byte for byte."""
        try:
            if path.stat().st_size != self.size:
                return False
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False

    def line(self) -> str:
        return f"{self.coordinate} {self.sha256} {self.size}"


@dataclass(frozen=True)
class JarList:
    """The pinned jars, and the digest that names this very list."""

    jars: tuple[Jar, ...]

    @classmethod
    def read(cls, path: Path = LIST) -> Self:
        """Parse the list; empty lines and lines that start with `#` are comments."""
        lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
        return cls(tuple(Jar.parse(line) for line in lines if line and not line.startswith("#")))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every line, so that any change of the list makes an install stale."""
        return hashlib.sha256("\n".join(jar.line() for jar in self.jars).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all jars together."""
        return sum(jar.size for jar in self.jars)
