"""The tables of question sets: what an admin wants to be asked, and which sets must hold before a publication."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, Base

MAX_QUESTION_ID_CHARS = 80


class QuestionSetRow(Base):
    """One set. ``thresholds`` is JSON with ``at_least`` and ``at_most``, as in a file of questions."""

    __tablename__ = "question_sets"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), unique=True)
    regression: Mapped[bool] = mapped_column()
    thresholds: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[str] = mapped_column(String(20))
    changed_by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))


class SetQuestionRow(Base):
    """One question of a set. ``entry`` is JSON, an entry of a file of questions."""

    __tablename__ = "set_questions"

    number: Mapped[int] = mapped_column(primary_key=True)
    """The order of the questions."""
    set_number: Mapped[int] = mapped_column(ForeignKey("question_sets.number"))
    question_id: Mapped[str] = mapped_column(String(MAX_QUESTION_ID_CHARS))
    entry: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "set_number", "question_id", unique=True),)
