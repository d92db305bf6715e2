"""The tables of approved answers, of every change to one, and of the tasks that people are given."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, MAX_SOURCE_CHARS, Base

KIND_CHARS = 40
DAY_CHARS = 10
"""``2026-11-22``."""


class ApprovedAnswerRow(Base):
    """An answer that somebody proposed, as it is now. ``answer`` is compressed JSON, ``wordings`` and ``places`` are JSON."""

    __tablename__ = "approved_answers"

    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(String(KIND_CHARS))
    """Why it was withdrawn."""
    revision: Mapped[int] = mapped_column()
    """Counts its changes: who decides says which one was read."""
    wordings: Mapped[str] = mapped_column(Text)
    places: Mapped[str] = mapped_column(Text)
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    owner: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    office: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    review: Mapped[str] = mapped_column(String(DAY_CHARS))
    note: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    proposed_at: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    decided_at: Mapped[str | None] = mapped_column(String(20))


class ApprovedChangeRow(Base):
    """One change of one approved answer. Rows are only added; ``record`` is what it was afterwards, compressed JSON."""

    __tablename__ = "approved_answer_changes"

    number: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[int] = mapped_column(ForeignKey("approved_answers.number"), index=True)
    at: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    step: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(KIND_CHARS))
    words: Mapped[str] = mapped_column(Text)
    record: Mapped[bytes] = mapped_column(LargeBinary)


class TaskRow(Base):
    """Something that somebody has to look at."""

    __tablename__ = "tasks"

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_CHARS))
    owner: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    object: Mapped[str] = mapped_column(String(MAX_SOURCE_CHARS))
    note: Mapped[str] = mapped_column(Text)
    created: Mapped[str] = mapped_column(String(20))
    done_at: Mapped[str | None] = mapped_column(String(20))
    done_by: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    outcome: Mapped[str] = mapped_column(Text)
    """What whoever did it said of it."""

    __table_args__ = (Index(None, "owner", "done_at"),)
