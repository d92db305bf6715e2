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
        self._database = database
        self._hold_records(database)
        self._hold_people(database)
        self._hold_answers(database)

    def _hold_records(self, database: Database) -> None:
        from rag.catalogue.corrections import Corrections
        from rag.catalogue.evaluations import Evaluations
        from rag.catalogue.question_counts import QuestionCounts
        from rag.catalogue.question_log import QuestionLog
        from rag.catalogue.question_sets import QuestionSets
        from rag.catalogue.retention import Retention
        from rag.catalogue.runs import Runs
        from rag.catalogue.schedules import Schedules
        from rag.catalogue.settings_changes import SettingsChanges
        from rag.catalogue.usage import Usage

        self.runs = Runs(database)
        """What every ingest, deletion and rollback did."""
        self.schedules = Schedules(database)
        """What is read again by itself, and how that went."""
        self.corrections = Corrections(database)
        """What admins know better than the detection."""
        self.evaluations = Evaluations(database)
        """How good the ranking was, whenever somebody measured it."""
        self.question_sets = QuestionSets(database)
        """The questions that admins want to be asked."""
        self.questions = QuestionLog(database)
        """How questions ended, without anything that says who asked."""
        self.question_counts = QuestionCounts(database)
        """Figures over them."""
        self.usage = Usage(database)
        """What the language model took."""
        self.settings = SettingsChanges(database)
        """What admins changed of the settings."""
        self.retention = Retention(database)
        """Deletes what was kept long enough."""

    def _hold_people(self, database: Database) -> None:
        from rag.catalogue.accounts import Accounts
        from rag.catalogue.attempts import Attempts
        from rag.catalogue.audit import Audit
        from rag.catalogue.links import Links
        from rag.catalogue.sessions import Sessions
        from rag.catalogue.tokens import Tokens

        self.accounts = Accounts(database)
        """Who may sign in."""
        self.links = Links(database)
        """Who of a single sign-on signs in to which account."""
        self.sessions = Sessions(database)
        """Who is signed in."""
        self.attempts = Attempts(database)
        """Who failed to sign in, and has to wait."""
        self.tokens = Tokens(database)
        """With what programs speak for an account."""
        self.audit = Audit(database)
        """Who changed what."""

    def _hold_answers(self, database: Database) -> None:
        from rag.catalogue.approved_answers import ApprovedAnswers
        from rag.catalogue.calls import Calls
        from rag.catalogue.cases import Cases
        from rag.catalogue.feedback import Feedback
        from rag.catalogue.queue_state import QueueStates
        from rag.catalogue.saved_searches import SavedSearches
        from rag.catalogue.shared import SharedAnswers
        from rag.catalogue.tasks import Tasks

        self.feedback = Feedback(database)
        """What readers said of answers."""
        self.shared = SharedAnswers(database)
        """Answers that readers gave a link to."""
        self.approved = ApprovedAnswers(database)
        """What people looked at before residents are told it."""
        self.saved_searches = SavedSearches(database)
        """What operators search for again and again."""
        self.calls = Calls(database)
        """What callers of the hotline asked, and what they were told."""
        self.cases = Cases(database)
        """Questions that were handed over to an office."""
        self.queue = QueueStates(database)
        """Who looks after the questions that wait."""
        self.tasks = Tasks(database)
        """What somebody has to look at."""

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
