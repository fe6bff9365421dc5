"""The journal's schema: numbered SQL files, applied in order, each in its own transaction.

PRAGMA user_version holds the number of the last one applied.
"""

import sqlite3
from collections.abc import Sequence
from importlib import resources


def load() -> tuple[str, ...]:
    """The SQL of every migration, the first being number 1. Their file names begin with it."""
    folder = resources.files("service.journal") / "schema"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda f: f.name
    )
    for number, file in enumerate(files, 1):
        if int(file.name.partition("_")[0]) != number:
            raise RuntimeError(f"migration {number} is missing: found {file.name} in its place")
    return tuple(file.read_text("utf-8") for file in files)


def version(connection: sqlite3.Connection) -> int:
    """The number of the last migration applied."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def apply(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Apply those not applied yet. Raises sqlite3.Error: then the failing one left no trace."""
    for number, script in enumerate(migrations, 1):
        if number <= version(connection):
            continue
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\n;PRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
