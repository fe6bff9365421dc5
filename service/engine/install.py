"""Puts the engine's jars on the machine, every one checked against the pinned list.

Promise: a jar appears under its name only when its bytes have the pinned digest; an interrupted
install goes on where it stopped; an install that is complete does nothing; of two at the same time
one waits for the other.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from service.engine.claim import alone
from service.engine.errors import EngineError
from service.engine.jars import Jar, JarList

Progress = Callable[[int, int], None]  # bytes that are here, bytes in all

_STAMP = "complete"  # holds the digest of the list that was installed
_AT_ONCE = 8  # many jars are small: waiting for answers, not the line, is what takes time


def engine_folder() -> Path:
    """Where the engine's files are: `USER_SYNC_ENGINE_DIR`, else `.user-sync/engine`.

    The latter stands beside `pyproject.toml` in a checkout, else in the working directory.
    """
    if chosen := os.environ.get("USER_SYNC_ENGINE_DIR"):
        return Path(chosen).absolute()
    checkout = Path(__file__).parents[2]
    home = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return home / ".user-sync" / "engine"


def installed(folder: Path | None = None, jars: JarList | None = None) -> bool:
    """Whether every jar of the list is here; looks at names and sizes only, in milliseconds."""
    folder = folder or engine_folder()
    jars = jars or JarList.read()
    try:
        return (folder / _STAMP).read_text(encoding="utf-8").strip() == jars.digest and all(
            (folder / jar.file_name).stat().st_size == jar.size for jar in jars.jars
        )
    except (FileNotFoundError, NotADirectoryError):
        return False


def missing(folder: Path, jars: JarList) -> list[Jar]:
    """The jars of the list that are not here with their pinned bytes (reads every file)."""
    return [jar for jar in jars.jars if not jar.is_at(folder / jar.file_name)]


def install(
    progress: Progress | None = None,
    *,
    folder: Path | None = None,
    jars: JarList | None = None,
    repositories: Sequence[str] | None = None,
) -> None:
    """Download what is missing, several jars at a time; EngineError when it cannot be had.

    `repositories` are the addresses of Maven repositories, asked in their order; by default the
    ones jgo is configured with on this machine, so that a mirror set up there is used here too.
    """
    folder = folder or engine_folder()
    jars = jars or JarList.read()
    if installed(folder, jars):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / "lock"):
            if not installed(folder, jars):  # else another install has done it while we waited
                _install(progress, folder, jars, repositories)
    except OSError as error:
        raise EngineError(f"cannot write the engine's jars to {folder}: {error}") from error


def _install(
    progress: Progress | None,
    folder: Path,
    jars: JarList,
    repositories: Sequence[str] | None,
) -> None:
    wanted = missing(folder, jars)
    done = jars.size - sum(jar.size for jar in wanted)
    lock = threading.Lock()

    def received(count: int) -> None:
        nonlocal done
        with lock:
            done += count
            if progress:
                progress(done, jars.size)

    received(0)
    if wanted:
        _download(wanted, folder, repositories, received)
    stamp = folder / f".{_STAMP}"
    stamp.write_text(jars.digest + "\n", encoding="utf-8")
    stamp.replace(folder / _STAMP)


def _download(
    wanted: Sequence[Jar],
    folder: Path,
    repositories: Sequence[str] | None,
    received: Callable[[int], None],
) -> None:
    try:  # an extra, which neither the service nor a node that starts needs
        from service.engine.download import Download, configured_repositories  # noqa: PLC0415
    except ImportError as error:
        raise EngineError(
            f"{error.name} is not installed: run `make install` "
            "(or install the distribution with its extra named demo)"
        ) from error

    with Download(repositories or configured_repositories(), folder, received) as download:
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="jar")
        try:
            # The largest first, so that none of them is still under way alone at the end.
            largest_first = sorted(wanted, key=lambda jar: -jar.size)
            for future in as_completed([pool.submit(download.fetch, jar) for jar in largest_first]):
                future.result()
        except BaseException:
            download.cancel()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
