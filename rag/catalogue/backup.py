"""Copy a catalogue into one file while others go on reading and writing it."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from rag.catalogue.engine import WAIT_S, Database
from rag.errors import NotAvailableError, UsageError


def copy_database(database: Database, path: Path) -> None:
    """Write a consistent copy to ``path``, which is replaced in one step.

    Raises:
        UsageError: the database is no SQLite file, or ``path`` is that file.
        NotAvailableError: the copy cannot be written; what was at ``path`` stays.
    """
    original = database.file
    if original is None:
        raise UsageError(f"catalogue {database.where} is kept by a database server; back it up with pg_dump")
    if path.resolve() == original.resolve():
        raise UsageError(f"{path} is the catalogue itself, not a place for its copy")
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with closing(sqlite3.connect(original, timeout=WAIT_S)) as source, closing(sqlite3.connect(fresh)) as target:
            source.backup(target)
            # A file in WAL mode can only be read where files can be made beside it, not on a write-protected medium.
            target.execute("PRAGMA journal_mode=DELETE")
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise NotAvailableError(f"the catalogue cannot be copied to {path}: {error}") from error
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            fresh.with_name(fresh.name + rest).unlink(missing_ok=True)
