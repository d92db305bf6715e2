"""The table of schedules: what is read again by itself, when, and how it went."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import MAX_NAME_CHARS, Base

MAX_KIND_CHARS = 20
MAX_HOLDER_CHARS = 60


class ScheduleRow(Base):
    """One schedule with how it stands. ``targets`` and ``failures`` are JSON; moments are UTC."""

    __tablename__ = "schedules"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), unique=True)
    kind: Mapped[str] = mapped_column(String(MAX_KIND_CHARS))
    targets: Mapped[str] = mapped_column(Text)
    prune: Mapped[bool] = mapped_column()
    rhythm: Mapped[str] = mapped_column(String(MAX_KIND_CHARS))
    paused: Mapped[bool] = mapped_column()
    created: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    due: Mapped[str] = mapped_column(String(20), index=True)
    holder: Mapped[str | None] = mapped_column(String(MAX_HOLDER_CHARS))
    """The process that runs it now; ``held_until`` ends what a killed one held."""
    held_until: Mapped[str | None] = mapped_column(String(20))
    started: Mapped[str | None] = mapped_column(String(20))
    finished: Mapped[str | None] = mapped_column(String(20))
    was_due: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    run: Mapped[str | None] = mapped_column(String(40))
    problem: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    failures: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column()
    trouble_since: Mapped[str | None] = mapped_column(String(20))
