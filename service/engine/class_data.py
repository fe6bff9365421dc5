"""Where the engine's class-data archives are, and how the Java runtime is told of them.

    base-….jsa      the runtime's own classes: its wheel comes without them
    classes-….jsa   on top of it, those that a node had loaded when it was up

Promise: archives of other jars, another runtime or another folder have other names; what does not
fit all the same the runtime leaves unread, and starts as it does without.
Source: JEP 350, dynamic archives of class-data sharing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from service.engine.jars import JarList


@dataclass(frozen=True, slots=True)
class ClassData:
    """The two archives of one engine folder; they may not have been made."""

    base: Path
    classes: Path

    @classmethod
    def of(cls, folder: Path, jars: JarList, java: Path) -> Self:
        """Those that fit these jars in this folder and the runtime of this `java`."""
        release = java.parents[1] / "release"
        fits = hashlib.sha256(
            b"\0".join((bytes(folder), jars.digest.encode(), release.read_bytes()))
        ).hexdigest()[:12]
        return cls(folder / f"base-{fits}.jsa", folder / f"classes-{fits}.jsa")

    @property
    def made(self) -> bool:
        return self.base.is_file() and self.classes.is_file()

    def options(self) -> Sequence[str]:
        """The runtime's options that use them; none before they are made."""
        if not self.made:
            return ()
        return (f"-XX:SharedArchiveFile={self.base}:{self.classes}",)
