"""Shows an install's progress: a bar in a terminal, a few plain lines anywhere else.

Promise: what is about to be downloaded is stated before it is. NO_COLOR is honoured (by rich).
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from service.engine.install import Progress as Report
from service.engine.install import engine_folder

_LINE_EVERY_PERCENT = 25


@contextmanager
def shown(console: Console | None = None) -> Iterator[Report]:
    """A callback for `install` that shows what it is told; use it for one install."""
    console = console or Console()
    if console.is_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield _lines(console)


def _announce(console: Console, done: int, total: int) -> None:
    kept = f" ({_megabytes(done)} MB are here)" if done else ""
    console.print(
        f"Downloading OpenSearch: {_megabytes(total - done)} MB into {engine_folder()}{kept}",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )


@contextmanager
def _bar(console: Console) -> Iterator[Report]:
    columns = (
        TextColumn("OpenSearch"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    progress = Progress(*columns, console=console)

    def report(done: int, total: int) -> None:
        if not progress.tasks:
            _announce(console, done, total)
            progress.add_task("", total=total)
            progress.start()
        progress.update(progress.task_ids[0], completed=done)

    try:
        yield report
    finally:
        progress.stop()


def _lines(console: Console) -> Report:
    next_percent = -1

    def report(done: int, total: int) -> None:
        nonlocal next_percent
        if next_percent < 0:
            _announce(console, done, total)
            next_percent = 100 * done // total + _LINE_EVERY_PERCENT
        elif (percent := 100 * done // total) >= min(next_percent, 100):
            console.print(
                f"OpenSearch: {_megabytes(done)} of {_megabytes(total)} MB", highlight=False
            )
            next_percent = percent + _LINE_EVERY_PERCENT if percent < 100 else 1000

    return report


def _megabytes(count: int) -> int:
    return math.ceil(count / 1_000_000)
