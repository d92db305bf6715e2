"""A SQLite file of results that can be computed again: what the caches of the write path have in common."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from rag.errors import NotAvailableError


class CacheFile:
    """An open cache; use as a context manager. A damaged file is begun anew: it holds nothing that is lost."""

    name: ClassVar[str]
    """What messages call it."""
    schema: ClassVar[tuple[str, ...]]
    """Statements run when the file is opened."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises NotAvailableError."""
        self._path = path
        with self._translated():
            try:
                self._connection = self._opened()
            except sqlite3.OperationalError:
                raise  # locked, or no room: that is no damage
            except sqlite3.DatabaseError:
                for file in path.parent.glob(f"{path.name}*"):
                    file.unlink()
                self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            for statement in ("PRAGMA journal_mode=WAL", *self.schema):
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise NotAvailableError(f"{self.name} {self._path}: {error}; the file may be deleted") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
