"""The end of a log, for people: it goes with the demo's folder, so a message has to quote it."""

import json
from pathlib import Path
from typing import Final

_LINES: Final = 10


def log_tail(path: Path) -> str:
    """The last lines, indented, JSON records as level and message; empty when there is no log."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"  {_readable(line)}" for line in lines[-_LINES:])


def _readable(line: str) -> str:
    try:
        record = json.loads(line)
        return f"{record['level']} {record['message']}"
    except (ValueError, KeyError, TypeError):
        return line
