"""What is not derived from documents: runs, corrections, evaluations, what readers send, accounts, who changed what.

Everything that can be built again from the originals lives in a generation; everything that cannot lives here, in one
relational database (``catalogue.sqlite`` in the data folder, or PostgreSQL by ``catalogue.url``). Importing this
package loads no database library; opening the catalogue does.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.catalogue.records import (
    MAX_COMMENT_CHARS,
    CorrectionChange,
    EvaluationInfo,
    EvaluationRecord,
    FeedbackCounts,
    FeedbackGiven,
    FeedbackReason,
    Purged,
    RunInfo,
    RunOutcome,
    RunReport,
    SharedAnswer,
    UsageDay,
)

if TYPE_CHECKING:
    from rag.catalogue.engine import Database
    from rag.settings import Settings

__all__ = [
    "MAX_COMMENT_CHARS",
    "Catalogue",
    "CorrectionChange",
    "EvaluationInfo",
    "EvaluationRecord",
    "FeedbackCounts",
    "FeedbackGiven",
    "FeedbackReason",
    "Purged",
    "RunInfo",
    "RunOutcome",
    "RunReport",
    "SharedAnswer",
    "UsageDay",
    "open_catalogue",
]


class Catalogue:
    """An open catalogue, one part for each kind of record. Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        """Take over an open database whose schema is that of today."""
        from rag.catalogue.accounts import Accounts
        from rag.catalogue.attempts import Attempts
        from rag.catalogue.audit import Audit
        from rag.catalogue.corrections import Corrections
        from rag.catalogue.evaluations import Evaluations
        from rag.catalogue.feedback import Feedback
        from rag.catalogue.retention import Retention
        from rag.catalogue.runs import Runs
        from rag.catalogue.sessions import Sessions
        from rag.catalogue.shared import SharedAnswers
        from rag.catalogue.tokens import Tokens
        from rag.catalogue.usage import Usage

        self._database = database
        self.runs = Runs(database)
        """What every ingest, deletion and rollback did."""
        self.corrections = Corrections(database)
        """What admins know better than the detection."""
        self.evaluations = Evaluations(database)
        """How good the ranking was, whenever somebody measured it."""
        self.usage = Usage(database)
        """What the language model took."""
        self.feedback = Feedback(database)
        """What readers said of answers."""
        self.shared = SharedAnswers(database)
        """Answers that readers gave a link to."""
        self.retention = Retention(database)
        """Deletes what was kept long enough."""
        self.accounts = Accounts(database)
        """Who may sign in."""
        self.sessions = Sessions(database)
        """Who is signed in."""
        self.attempts = Attempts(database)
        """Who failed to sign in, and has to wait."""
        self.tokens = Tokens(database)
        """With what programs speak for an account."""
        self.audit = Audit(database)
        """Who changed what."""

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
    from rag.catalogue.engine import Database, database_url
    from rag.catalogue.migrating import bring_up_to_date

    database = Database(database_url(settings.catalogue.url, settings.paths.data))
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Catalogue(database)
