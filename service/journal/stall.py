"""Notices a disk that doesn't answer: a volume that hangs fails no write, for none comes to an end.

The writer's thread waits in the system then and can tell nobody.
"""

import logging
import time
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

# Synced groups take milliseconds, on a slow and busy disk a second or two.
_STALLED_AFTER_S: Final = 10.0


class Stall:
    """The writer begins and ends; whoever asks from elsewhere is told, and so is the log, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun_s: float | None = None
        self._told = False

    def begin(self) -> None:
        """The disk is asked for something."""
        self._begun_s = time.monotonic()

    def end(self) -> None:
        """It has answered."""
        self._begun_s = None
        if self._told:
            self._told = False
            log.info("the journal's disk answers again", extra={"action": "journal_recovered"})

    def reason(self) -> str:
        """Why nothing can be kept now; empty as long as the disk answers in time."""
        begun_s = self._begun_s
        if begun_s is None or (seconds := time.monotonic() - begun_s) < _STALLED_AFTER_S:
            return ""
        reason = f"the disk of the journal {self._path} has not answered for {seconds:.0f} s"
        if not self._told:
            self._told = True
            log.error(reason, extra={"action": "journal_unavailable"})
        return reason
