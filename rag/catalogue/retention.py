"""Delete what readers sent, and the log of questions, once they were kept as long as the settings say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from rag.catalogue.calls import Calls
from rag.catalogue.cases import Cases
from rag.catalogue.engine import Database
from rag.catalogue.queue_state import QueueStates
from rag.catalogue.records import Purged, kept_since
from rag.catalogue.schema import FeedbackRow, SharedAnswerRow
from rag.catalogue.schema_use import QuestionRow, QuestionSourceRow
from rag.settings import CallSettings, RetentionSettings, UseSettings


class Retention:
    """Ends the time of what is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, now: datetime, keep: RetentionSettings, use: UseSettings) -> Purged:
        """Delete what is older than the settings allow at ``now``, which says its time zone. Doing it again is fine."""
        feedback = delete(FeedbackRow).where(FeedbackRow.given_at < kept_since(now, keep.feedback_days))
        shared = delete(SharedAnswerRow).where(SharedAnswerRow.shared_at < kept_since(now, keep.shared_days))
        old = QuestionRow.at < kept_since(now, use.keep_days)
        sources = delete(QuestionSourceRow).where(QuestionSourceRow.question.in_(select(QuestionRow.number).where(old)))
        with self._database.writing() as connection:
            connection.execute(sources)
            return Purged(
                connection.execute(feedback).rowcount,
                connection.execute(shared).rowcount,
                connection.execute(delete(QuestionRow).where(old)).rowcount,
            )

    def purge_calls(self, now: datetime, keep: CallSettings) -> int:
        """Delete the calls, the closed cases and the decisions on questions that are older; return how many in all."""
        before = kept_since(now, keep.keep_days)
        parts = (Calls(self._database), Cases(self._database), QueueStates(self._database))
        return sum(part.purge(before) for part in parts)
