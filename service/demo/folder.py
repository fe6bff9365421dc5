"""The demo's folder: a fresh one for every run, below the one folder that git ignores.

Promise: two demos never share one, and what a killed demo has left is removed by the next.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from service.demo.errors import DemoError
from service.engine.claim import alone, claim

_PREFIX: Final = "demo-"
_LOCK: Final = "lock"
NODE: Final = "opensearch"
"""The node's folder in a demo's; it has a lock of its own."""


@contextmanager
def own_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder, removed in the end. Raises DemoError."""
    parent = parent or _ignored_folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with alone(parent / "demo.lock"):
            _remove_left_ones(parent)
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            claimed = claim(folder / _LOCK)
    except OSError as error:
        raise DemoError(f"can't write to {parent}: {error.strerror or error}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if claimed is not None:
            os.close(claimed)


def _ignored_folder() -> Path:
    """`.user-sync` beside `pyproject.toml` in a checkout, else in the working directory."""
    checkout = Path(__file__).parents[2]
    home = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return home / ".user-sync"


def _remove_left_ones(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*/"):
        if _is_left(folder / _LOCK) and _is_left(folder / NODE / _LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(lock: Path) -> bool:
    """Whether no living process holds the lock."""
    if not lock.parent.is_dir():
        return True
    descriptor = claim(lock)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True
