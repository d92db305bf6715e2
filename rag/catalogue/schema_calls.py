"""The tables of the hotline: calls with their notes, cases handed over to an office, and who looks after what waits.

What was said about a call or a case is only added to: the database refuses to change those rows (see revision 0011).
They are deleted when the call or the case is, once it was kept long enough.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import DIGEST_CHARS, MAX_NAME_CHARS, RECEIPT_ID_CHARS, TOKEN_CHARS, Base


class CallRow(Base):
    """One call. Text holds no personal numbers; ``record`` is the assistant's answer as compressed JSON."""

    __tablename__ = "calls"

    number: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(TOKEN_CHARS), unique=True)
    """Of the form it was written in, so that a form sent twice is one call."""
    at: Mapped[str] = mapped_column(String(20), index=True)
    by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), index=True)
    question: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    answer: Mapped[str] = mapped_column(Text)
    receipt_id: Mapped[str | None] = mapped_column(String(RECEIPT_ID_CHARS))
    record: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(String(20))
    """As the newest note says."""
    follow_up: Mapped[str | None] = mapped_column(String(10), index=True)
    """The day on which to call back, as the newest note says."""
    folded: Mapped[str] = mapped_column(Text)
    """Question, answer and notes in their search form."""


class CallNoteRow(Base):
    """One note on a call; the first has its outcome when it was logged."""

    __tablename__ = "call_notes"

    number: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[int] = mapped_column(ForeignKey("calls.number"), index=True)
    at: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    follow_up: Mapped[str | None] = mapped_column(String(10))


class CaseRow(Base):
    """One question that was handed over to an office, as it stands now."""

    __tablename__ = "cases"

    number: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(TOKEN_CHARS), unique=True)
    opened_at: Mapped[str] = mapped_column(String(20))
    opened_by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), index=True)
    changed_at: Mapped[str] = mapped_column(String(20), index=True)
    question: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    background: Mapped[str] = mapped_column(Text)
    """What the office has to know beside the question."""
    office: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    status: Mapped[str] = mapped_column(String(20), index=True)
    due: Mapped[str] = mapped_column(String(10))
    """The day by which the office is to answer."""
    answer: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    """On what the office bases its answer."""
    call: Mapped[int | None] = mapped_column(index=True)
    """The call it came from, which may be deleted before the case is."""
    queue_key: Mapped[str | None] = mapped_column(String(DIGEST_CHARS), index=True)
    folded: Mapped[str] = mapped_column(Text)


class CaseStepRow(Base):
    """One step of a case."""

    __tablename__ = "case_steps"

    number: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[int] = mapped_column(ForeignKey("cases.number"), index=True)
    at: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    status: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    due: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)


class QueueRow(Base):
    """Who looks after a question that waits, and what became of it. The question itself stands where it was asked."""

    __tablename__ = "queue"

    key: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    taken_by: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    taken_until: Mapped[str | None] = mapped_column(String(20))
    decision: Mapped[str | None] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    decided_at: Mapped[str | None] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
