"""Delete what readers sent once it was kept as long as the settings say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from rag.catalogue.engine import Database
from rag.catalogue.records import Purged, kept_since
from rag.catalogue.schema import FeedbackRow, SharedAnswerRow
from rag.settings import RetentionSettings


class Retention:
    """Ends the time of what is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, now: datetime, keep: RetentionSettings) -> Purged:
        """Delete what is older than ``keep`` allows at ``now``, which says its time zone. Doing it again is fine."""
        feedback = delete(FeedbackRow).where(FeedbackRow.given_at < kept_since(now, keep.feedback_days))
        shared = delete(SharedAnswerRow).where(SharedAnswerRow.shared_at < kept_since(now, keep.shared_days))
        with self._database.writing() as connection:
            return Purged(connection.execute(feedback).rowcount, connection.execute(shared).rowcount)
