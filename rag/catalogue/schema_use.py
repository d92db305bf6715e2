"""The tables of the log of questions: how each ended, and which documents its answer quoted.

There is no column that could hold an address, a session or a name, and none may be added.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, RECEIPT_ID_CHARS, Base

DOCUMENT_ID_CHARS = 64


class QuestionRow(Base):
    """One question. ``day`` is that of the machine's time zone when it was written, so that days can be counted in SQL."""

    __tablename__ = "question_log"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(20), index=True)
    day: Mapped[str] = mapped_column(String(10))
    question: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    language: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    latency_ms: Mapped[int] = mapped_column()
    generation: Mapped[str | None] = mapped_column(String(60))
    receipt_id: Mapped[str | None] = mapped_column(String(RECEIPT_ID_CHARS), index=True)

    # Holds every column that is counted by: the figures of a year are read from it without the rows themselves.
    __table_args__ = (
        Index("ix_question_log_counted", "day", "status", "reason", "channel", "region", "latency_ms"),
        Index(None, "status", "at"),
    )


class QuestionSourceRow(Base):
    """One document that the answer to a question quoted; ``day`` is that of the question."""

    __tablename__ = "question_sources"

    question: Mapped[int] = mapped_column(ForeignKey("question_log.number"), primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(String(DOCUMENT_ID_CHARS), primary_key=True)
    day: Mapped[str] = mapped_column(String(10))

    __table_args__ = (Index(None, "day", "document_id"),)
