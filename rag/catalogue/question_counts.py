"""Count the log of questions: everything is added up by the database, so that a year of questions opens at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, select

from rag.catalogue.engine import Database
from rag.catalogue.question_records import FeedbackOfUse, RepeatedQuestion, UseFilter
from rag.catalogue.records import utc_text
from rag.catalogue.schema import FeedbackRow
from rag.catalogue.schema_use import QuestionRow, QuestionSourceRow
from rag.domain import AnswerStatus

Counted = Literal["day", "status", "reason", "channel", "region", "latency_ms"]
"""What questions are counted by; the index ``ix_question_log_counted`` holds all of it."""

Key = tuple[Any, ...]


class QuestionCounts:
    """Figures over the log of questions. Nothing is kept between two calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by(
        self, wanted: UseFilter, *columns: Counted, statuses: Collection[AnswerStatus] | None = None
    ) -> dict[Key, int]:
        """Return how many questions there were for each combination of values that occurs, in the values' order.

        With ``statuses`` only those that ended so.
        """
        chosen = [getattr(QuestionRow, name) for name in columns]
        fits = _fits(wanted)
        if statuses is not None:
            fits.append(QuestionRow.status.in_([status.value for status in statuses]))
        counted = select(*chosen, func.count()).where(*fits).group_by(*chosen).order_by(*chosen)
        with self._database.reading() as connection:
            return {tuple(row[:-1]): int(row[-1]) for row in connection.execute(counted)}

    def documents(self, wanted: UseFilter) -> dict[str, int]:
        """Return how many answers quoted each document, most first; a document that none quoted is not in it."""
        source = QuestionSourceRow
        count = func.count().label("answers")
        days = source.day.between(wanted.since.isoformat(), wanted.until.isoformat())
        counted = select(source.document_id, count).where(days)
        if wanted.region is not None or wanted.channel is not None:
            counted = counted.join(QuestionRow, QuestionRow.number == source.question).where(*_fits(wanted))
        counted = counted.group_by(source.document_id).order_by(count.desc(), source.document_id)
        with self._database.reading() as connection:
            return {str(name): int(number) for name, number in connection.execute(counted)}

    def repeated(
        self, wanted: UseFilter, statuses: Collection[AnswerStatus], limit: int
    ) -> tuple[RepeatedQuestion, ...]:
        """Return the questions that ended so, the same words counted together: the most frequent first, then the newest.

        Questions whose words are not kept are left out.
        """
        count, newest = func.count().label("count"), func.max(QuestionRow.at).label("newest")
        ended = QuestionRow.status.in_([status.value for status in statuses])
        counted = select(QuestionRow.question, count, newest).where(*_fits(wanted), ended)
        counted = counted.where(QuestionRow.question.is_not(None)).group_by(QuestionRow.question)
        counted = counted.order_by(count.desc(), newest.desc(), QuestionRow.question).limit(limit)
        with self._database.reading() as connection:
            return tuple(
                RepeatedQuestion(str(words), int(times), str(last))
                for words, times, last in connection.execute(counted)
            )

    def feedback(self, wanted: UseFilter) -> FeedbackOfUse:
        """Return what readers said in these days; of one place or door, what they said of its answers."""
        begin = datetime.combine(wanted.since, time.min).astimezone()
        end = datetime.combine(wanted.until + timedelta(days=1), time.min).astimezone()
        fits: list[ColumnElement[bool]] = [
            FeedbackRow.given_at >= utc_text(begin),
            FeedbackRow.given_at < utc_text(end),
        ]
        if wanted.region is not None or wanted.channel is not None:
            # Somebody may speak of an answer days later: the answer decides about the place, not the day.
            own = select(QuestionRow.receipt_id).where(*_narrowed(wanted), QuestionRow.receipt_id.is_not(None))
            fits.append(FeedbackRow.receipt_id.in_(own))
        counted = select(FeedbackRow.useful, FeedbackRow.reason, func.count()).where(*fits)
        with self._database.reading() as connection:
            rows = connection.execute(counted.group_by(FeedbackRow.useful, FeedbackRow.reason)).all()
        verdicts = {useful: sum(int(row[2]) for row in rows if bool(row[0]) is useful) for useful in (True, False)}
        reasons = sorted(((str(row[1]), int(row[2])) for row in rows if row[1]), key=lambda one: (-one[1], one[0]))
        return FeedbackOfUse(verdicts[True], verdicts[False], MappingProxyType(_added(reasons)))

    def places(self) -> tuple[str, ...]:
        """Return the places that questions of the whole log were about, by name."""
        known = select(QuestionRow.region).where(QuestionRow.region.is_not(None)).distinct()
        with self._database.reading() as connection:
            return tuple(sorted(map(str, connection.execute(known).scalars())))


def _fits(wanted: UseFilter) -> list[ColumnElement[bool]]:
    days = QuestionRow.day.between(wanted.since.isoformat(), wanted.until.isoformat())
    return [days, *_narrowed(wanted)]


def _narrowed(wanted: UseFilter) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if wanted.region is not None:
        fits.append(QuestionRow.region == wanted.region)
    if wanted.channel is not None:
        fits.append(QuestionRow.channel == wanted.channel.value)
    return fits


def _added(reasons: list[tuple[str, int]]) -> dict[str, int]:
    added: dict[str, int] = {}
    for name, count in reasons:
        added[name] = added.get(name, 0) + count
    return added
