"""Who looks after a question that waits, and what was decided: of two people who take one at once, one gets it.

The questions themselves stay where they were asked (feedback, question log) and are deleted there in time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rag.catalogue.audit import note as audited
from rag.catalogue.calls import MAX_NOTE_CHARS
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.said import Said
from rag.catalogue.schema import DIGEST_CHARS, MAX_NAME_CHARS
from rag.catalogue.schema_calls import QueueRow
from rag.errors import UnknownIdError


class QueueDecision(StrEnum):
    """What was done about a question that waited."""

    ANSWERED = "answered"
    DISMISSED = "dismissed"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class QueueState:
    """How it stands with one question. Times are UTC, ISO 8601, to the second."""

    taken_by: str | None = None
    """Who looks after it now; None where nobody does, or did not end it in time."""
    taken_until: str | None = None
    decision: QueueDecision | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    """Who asks it after that makes it wait again."""
    reason: str | None = None

    def waits(self, last_asked: str) -> bool:
        """Tell whether it waits, asked last at a moment (UTC, ISO 8601)."""
        return self.decided_at is None or last_asked > self.decided_at


class QueueStates:
    """States by the digest of the question (see ``rag.same_questions``)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, keys: Collection[str], *, now: datetime | None = None) -> Mapping[str, QueueState]:
        """Return the states of some questions; those that nobody ever took are left out."""
        moment = utc_text(now)
        with self._database.reading() as connection:
            rows = connection.execute(select(QueueRow.__table__).where(QueueRow.key.in_(keys))).all()
        return MappingProxyType({str(row.key): _state(row, moment) for row in rows})

    def take(self, key: str, by: str, minutes: int, *, now: datetime | None = None) -> str:
        """Take a question for some minutes, or for longer where it is one's own; return who has it then.

        That is somebody else where they were quicker, and their time is not over.

        Raises:
            UnknownIdError: this is no key of a question.
        """
        _check(key)
        at = (now or datetime.now(UTC)).astimezone(UTC)
        values = {"taken_by": by[:MAX_NAME_CHARS], "taken_until": utc_text(at + timedelta(minutes=minutes))}
        with self._database.writing() as connection:
            self._make(connection, key)
            free = or_(
                QueueRow.taken_by.is_(None),
                QueueRow.taken_by == values["taken_by"],
                QueueRow.taken_until <= utc_text(at),
            )
            if connection.execute(update(QueueRow).where(QueueRow.key == key, free).values(values)).rowcount:
                audited(connection, by, "queue.take", queue_name(key))
            return str(connection.execute(select(QueueRow.taken_by).where(QueueRow.key == key)).scalar_one())

    def give_back(self, key: str, by: str) -> bool:
        """Let others take a question; return whether it was one's own."""
        mine = (QueueRow.key == key, QueueRow.taken_by == by[:MAX_NAME_CHARS])
        with self._database.writing() as connection:
            freed = update(QueueRow).where(*mine).values(taken_by=None, taken_until=None)
            if not connection.execute(freed).rowcount:
                return False
            audited(connection, by, "queue.give_back", queue_name(key))
        return True

    def decide(
        self, key: str, by: str, decision: QueueDecision, reason: str = "", *, now: datetime | None = None
    ) -> str | None:
        """Note what was done about a question and let it go; None, or who else has it now: then nothing is noted.

        Raises:
            UnknownIdError: this is no key of a question.
            UsageError: a question is dismissed without a reason, or the reason is too long.
        """
        _check(key)
        needed = decision is QueueDecision.DISMISSED
        kept = Said().text("reason", reason, MAX_NOTE_CHARS, required=needed)
        moment, who = utc_text(now), by[:MAX_NAME_CHARS]
        values = {
            "taken_by": None,
            "taken_until": None,
            "decision": decision.value,
            "decided_by": who,
            "decided_at": moment,
            "reason": kept or None,
        }
        with self._database.writing() as connection:
            self._make(connection, key)
            free = or_(QueueRow.taken_by.is_(None), QueueRow.taken_by == who, QueueRow.taken_until <= moment)
            done = connection.execute(update(QueueRow).where(QueueRow.key == key, free).values(values)).rowcount
            if done:
                audited(connection, by, f"queue.{decision}", queue_name(key))
                return None
            return str(connection.execute(select(QueueRow.taken_by).where(QueueRow.key == key)).scalar_one())

    def purge(self, before: str) -> int:
        """Delete what was decided before a moment (UTC, ISO 8601), and return how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(QueueRow).where(QueueRow.decided_at < before)).rowcount

    def _make(self, connection: Connection, key: str) -> None:
        dialect = sqlite if self._database.file is not None else postgresql
        connection.execute(dialect.insert(QueueRow).values(key=key).on_conflict_do_nothing(index_elements=["key"]))


def queue_name(key: str) -> str:
    """Return how the audit log names a question that waits: by a part of its digest, never by its words."""
    return f"question {key[:12]}"


def _check(key: str) -> None:
    if len(key) != DIGEST_CHARS or not all(character in "0123456789abcdef" for character in key):
        raise UnknownIdError(f"{key[:80]!r} is no key of a question")


def _state(row: Row[*tuple[Any, ...]], now: str) -> QueueState:
    held = row.taken_until is not None and row.taken_until > now
    return QueueState(
        row.taken_by if held else None,
        row.taken_until if held else None,
        QueueDecision(row.decision) if row.decision else None,
        row.decided_by,
        row.decided_at,
        row.reason,
    )
