"""Fetches one jar from a Maven repository into the engine's folder.

Promise: bytes that do not have the pinned digest are refused and never get the jar's name.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from service.engine.errors import EngineError
from service.engine.jars import Jar

_CHUNK_BYTES = 64 * 1024
_CONNECT_SECONDS, _READ_SECONDS = 10, 30
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 8.0
_NOT_FOUND = 404


class _TryAgain(Exception):
    """The repository or the line failed in a way that another attempt may mend."""


class _Cancelled(Exception):
    """Another jar failed for good, or a person interrupted the install."""


def configured_repositories() -> list[str]:
    """Addresses of the Maven repositories jgo knows here: its configuration file, then its own."""
    known = {**MavenContext().remote_repos, **GlobalSettings.load().repositories}
    return [address.rstrip("/") for address in reversed(known.values())]


class Download:
    """Downloads into one folder, from any of some repositories; `fetch` may run in many threads."""

    def __init__(
        self, repositories: Sequence[str], folder: Path, received: Callable[[int], None]
    ) -> None:
        """`received` is told the bytes that arrived; a negative count takes back a lost attempt."""
        self._repositories = repositories
        self._folder = folder
        self._received = received
        self._cancelled = threading.Event()
        self._session = requests.Session()
        self._session.mount("https://", HTTPAdapter(pool_maxsize=16))
        self._retrying = Retrying(
            retry=retry_if_exception_type(_TryAgain),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=_FIRST_WAIT_SECONDS, max=_LONGEST_WAIT_SECONDS),
            sleep=self._sleep,
            reraise=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def cancel(self) -> None:
        """Make every `fetch` under way give up at its next chunk."""
        self._cancelled.set()

    def fetch(self, jar: Jar) -> None:
        """Download one jar, check it, give it its name; EngineError when that cannot be done."""
        try:
            self._retrying(self._attempt, jar)
        except _TryAgain as error:
            raise EngineError(
                f"{jar.coordinate} could not be downloaded after {_ATTEMPTS} attempts: {error}. "
                "Run the same command again: what has arrived is kept."
            ) from error

    def _attempt(self, jar: Jar) -> None:
        part = self._folder / f".{jar.file_name}.part"
        try:
            for repository in self._repositories:
                if self._get(f"{repository}/{jar.repository_path}", jar, part):
                    part.replace(self._folder / jar.file_name)
                    return
        finally:
            part.unlink(missing_ok=True)
        raise EngineError(
            f"{jar.coordinate} is in none of the Maven repositories "
            f"configured on this machine ({len(self._repositories)} asked)"
        )

    def _get(self, address: str, jar: Jar, part: Path) -> bool:
        """Write the file at `address` to `part`; False when the repository doesn't have it."""
        digest, count = hashlib.sha256(), 0
        try:
            with self._session.get(
                address, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)
            ) as answer:
                if answer.status_code == _NOT_FOUND:
                    return False
                answer.raise_for_status()
                with part.open("wb") as file:
                    for chunk in answer.iter_content(_CHUNK_BYTES):
                        if self._cancelled.is_set():
                            raise _Cancelled
                        file.write(chunk)
                        digest.update(chunk)
                        count += len(chunk)
                        self._received(len(chunk))
        except requests.RequestException as error:
            self._received(-count)
            raise _TryAgain(type(error).__name__ + ": " + str(error)) from error
        if count < jar.size:
            self._received(-count)
            raise _TryAgain(f"only {count} of {jar.size} bytes arrived")
        if digest.hexdigest() != jar.sha256:
            raise EngineError(
                f"{jar.coordinate} was refused: its SHA-256 is {digest.hexdigest()}, "
                f"the pinned one is {jar.sha256}. The Maven repository (or a proxy before it) "
                "answers with another file; nothing of it was kept."
            )
        return True

    def _sleep(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise _Cancelled
