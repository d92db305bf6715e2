"""Keep how questions ended, without anything that says who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from rag.catalogue.engine import Database
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_NAME_CHARS, RECEIPT_ID_CHARS
from rag.catalogue.schema_use import DOCUMENT_ID_CHARS, QuestionRow, QuestionSourceRow
from rag.domain import AnswerStatus
from rag.nameless import nameless

MAX_QUESTION_CHARS = 500
"""What is kept of the words; longer ones are cut after they were masked."""
_MOST_READ = 5000
"""Characters that are masked at all: what comes after them is cut anyway."""
UNANSWERED = (AnswerStatus.NO_EVIDENCE,)
"""The statuses of questions that this assistant is for and that the documents do not answer."""


class QuestionLog:
    """Questions in the order in which they were written; kept for ``use.keep_days``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, asked: LoggedQuestion) -> int:
        """Keep one question, without personal data, and return its number."""
        return self.add_all((asked,))[0]

    def add_all(self, asked: Sequence[LoggedQuestion]) -> tuple[int, ...]:
        """Keep questions in one transaction, without personal data, and return their numbers."""
        cleaned = [_cleaned(one) for one in asked]
        if not cleaned:
            return ()
        rows = [_row(one) for one in cleaned]
        kept = insert(QuestionRow).returning(QuestionRow.number, sort_by_parameter_order=True)
        with self._database.writing() as connection:
            numbers = tuple(int(number) for number in connection.execute(kept, rows).scalars())
            sources = [
                {"question": number, "document_id": document_id, "day": row["day"]}
                for number, one, row in zip(numbers, cleaned, rows, strict=True)
                for document_id in one.cited
            ]
            if sources:
                connection.execute(insert(QuestionSourceRow), sources)
        return numbers

    def unanswered(
        self, since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> tuple[LoggedQuestion, ...]:
        """Return the newest questions that the documents do not answer, newest first, at most ``limit``.

        ``since`` is included and ``until`` is not; both say their time zone.
        """
        wanted = select(QuestionRow.__table__).where(QuestionRow.status.in_([status.value for status in UNANSWERED]))
        if since is not None:
            wanted = wanted.where(QuestionRow.at >= utc_text(since))
        if until is not None:
            wanted = wanted.where(QuestionRow.at < utc_text(until))
        wanted = wanted.order_by(QuestionRow.at.desc(), QuestionRow.number.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(_logged(row) for row in connection.execute(wanted))

    def cited_in(self, number: int) -> tuple[str, ...]:
        """Return the ids of the documents that the answer to a question quoted."""
        wanted = select(QuestionSourceRow.document_id).where(QuestionSourceRow.question == number)
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted.order_by(QuestionSourceRow.document_id)).scalars())


def _cleaned(asked: LoggedQuestion) -> LoggedQuestion:
    """Return the record as it may be kept."""
    words = None
    if asked.question is not None:
        # No control characters, marks of writing direction or halves of surrogate pairs: the words are shown in terminals.
        shown = "".join(one if one.isprintable() else " " for one in asked.question[:_MOST_READ])
        plain = " ".join(shown.split())
        words = nameless(plain)[:MAX_QUESTION_CHARS].strip() or None
    return replace(
        asked,
        question=words,
        at=asked.at or utc_text(),
        cited=tuple(dict.fromkeys(one[:DOCUMENT_ID_CHARS] for one in asked.cited)),
        region=asked.region and asked.region[:MAX_NAME_CHARS],
        receipt_id=asked.receipt_id if asked.receipt_id and len(asked.receipt_id) == RECEIPT_ID_CHARS else None,
        latency_ms=_to_two_digits(asked.latency_ms),
    )


def _to_two_digits(ms: int) -> int:
    """Return a time to two digits: nobody reads the third, and a day has a hundred different times instead of a thousand."""
    step = int(10 ** max(0, len(str(max(0, ms))) - 2))
    return round(max(0, ms) / step) * step


def _row(asked: LoggedQuestion) -> dict[str, str | int | None]:
    moment = datetime.fromisoformat(asked.at)
    return {
        "at": asked.at,
        "day": (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone().date().isoformat(),
        "question": asked.question,
        "region": asked.region,
        "language": asked.language,
        "status": asked.status.value,
        "reason": asked.reason,
        "channel": asked.channel.value,
        "latency_ms": asked.latency_ms,
        "generation": asked.generation,
        "receipt_id": asked.receipt_id,
    }


def _logged(row: Row[*tuple[Any, ...]]) -> LoggedQuestion:
    return LoggedQuestion(
        question=row.question,
        status=AnswerStatus(row.status),
        channel=Channel(row.channel),
        language=row.language,
        latency_ms=row.latency_ms,
        reason=row.reason,
        region=row.region,
        generation=row.generation,
        receipt_id=row.receipt_id,
        at=row.at,
        number=row.number,
    )
