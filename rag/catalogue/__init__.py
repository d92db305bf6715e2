"""What is not derived from documents: ingest runs, corrections of admins, evaluations, use of the language model.

Everything that can be built again from the originals lives in a generation; everything that cannot lives here, in one
relational database (``catalogue.sqlite`` in the data folder, or PostgreSQL by ``catalogue.url``). Importing this
package loads no database library; opening the catalogue does.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.catalogue.records import (
    CorrectionChange,
    EvaluationInfo,
    EvaluationRecord,
    RunInfo,
    RunOutcome,
    RunReport,
    UsageDay,
)

if TYPE_CHECKING:
    from rag.catalogue.corrections import Corrections
    from rag.catalogue.engine import Database
    from rag.catalogue.evaluations import Evaluations
    from rag.catalogue.runs import Runs
    from rag.catalogue.usage import Usage
    from rag.settings import Settings

__all__ = [
    "Catalogue",
    "CorrectionChange",
    "EvaluationInfo",
    "EvaluationRecord",
    "RunInfo",
    "RunOutcome",
    "RunReport",
    "UsageDay",
    "open_catalogue",
]


class Catalogue:
    """An open catalogue, one part for each kind of record. Safe to use from several threads and processes."""

    def __init__(
        self, database: Database, runs: Runs, corrections: Corrections, evaluations: Evaluations, usage: Usage
    ) -> None:
        self._database = database
        self.runs = runs
        """What every ingest, deletion and rollback did."""
        self.corrections = corrections
        """What admins know better than the detection."""
        self.evaluations = evaluations
        """How good the ranking was, whenever somebody measured it."""
        self.usage = usage
        """What the language model took."""

    def backup_to(self, path: Path) -> None:
        """Write a consistent copy into one file while others read and write; an older file is replaced in one step.

        Raises:
            UsageError: the catalogue is not kept in SQLite (use the tools of the database), or ``path`` is itself.
            NotAvailableError: the copy cannot be written; nothing is left behind.
        """
        from rag.catalogue.backup import copy_database

        copy_database(self._database, path)

    def close(self) -> None:
        """Release the database; closing twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_catalogue(settings: Settings) -> Catalogue:
    """Open the catalogue, create it where there is none, and bring an older schema up to date.

    Do not carry an open catalogue over a fork; open it in the process that uses it.

    Raises:
        ConfigError: ``catalogue.url`` cannot be understood or names a database that is not supported.
        LockedError: another process kept the database locked.
        NotAvailableError: it cannot be reached or is damaged, or a newer version of the program wrote it.
    """
    from rag.catalogue.corrections import Corrections
    from rag.catalogue.engine import Database, database_url
    from rag.catalogue.evaluations import Evaluations
    from rag.catalogue.migrating import bring_up_to_date
    from rag.catalogue.runs import Runs
    from rag.catalogue.usage import Usage

    database = Database(database_url(settings.catalogue.url, settings.paths.data))
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Catalogue(database, Runs(database), Corrections(database), Evaluations(database), Usage(database))
