"""The tables of the catalogue, in types that SQLite and PostgreSQL share.

A change here needs a revision in ``migrations/versions`` and a new ``REVISION``; tests compare the two. Times are
text (UTC, ISO 8601): they sort, compare and print the same in both databases.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REVISION = "0013"
"""The newest revision, known here so that opening a catalogue of today does not load the migration library."""

MAX_SOURCE_CHARS = 800
"""A key of PostgreSQL's index must stay below 2,704 bytes; a Chinese character takes three."""
MAX_FIELD_CHARS = 60
MAX_NAME_CHARS = 200
MAX_CURRENCY_CHARS = 12
RECEIPT_ID_CHARS = 16
MAX_ACTION_CHARS = 60
DIGEST_CHARS = 64
"""A SHA-256 in hexadecimal digits."""
TOKEN_CHARS = 32


class Base(DeclarativeBase):
    """Names every constraint: SQLite can only change a constraint that has a name."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class RunRow(Base):
    """One run. Rows are kept for ever; they are small."""

    __tablename__ = "runs"

    number: Mapped[int] = mapped_column(primary_key=True)
    """The order of the runs, which a clock that was set back cannot disturb."""
    run_id: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[str] = mapped_column(Text)
    started: Mapped[str] = mapped_column(String(20))
    finished: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    generation: Mapped[str | None] = mapped_column(String(60))
    counts: Mapped[str] = mapped_column(Text)


class ReportRow(Base):
    """The whole report of a run, compressed JSON; in a table of its own so that lists do not read it."""

    __tablename__ = "run_reports"

    number: Mapped[int] = mapped_column(ForeignKey("runs.number"), primary_key=True, autoincrement=False)
    report: Mapped[bytes] = mapped_column(LargeBinary)


class CorrectionRow(Base):
    """One change of a correction. Rows are only ever added; the newest of a field holds, and null withdraws."""

    __tablename__ = "corrections"

    number: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(MAX_SOURCE_CHARS))
    field: Mapped[str] = mapped_column(String(MAX_FIELD_CHARS))
    value: Mapped[str | None] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    changed_at: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index(None, "source", "field"),)


class EvaluationRow(Base):
    """One evaluation of a ranking. ``settings`` and ``figures`` are JSON, ``questions`` is compressed JSON."""

    __tablename__ = "evaluations"

    number: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[str] = mapped_column(String(40), unique=True)
    made_at: Mapped[str] = mapped_column(String(20))
    label: Mapped[str | None] = mapped_column(String(MAX_NAME_CHARS))
    set_name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    set_digest: Mapped[str] = mapped_column(String(64))
    settings_digest: Mapped[str] = mapped_column(String(64))
    settings: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    figures: Mapped[str] = mapped_column(Text)
    questions: Mapped[bytes] = mapped_column(LargeBinary)
    generation: Mapped[str | None] = mapped_column(String(60), index=True)
    """What answered; null for an index of the set's own, and for what was measured before this was noted."""

    __table_args__ = (Index(None, "set_digest"),)


class UsageRow(Base):
    """What one model took on one day, in the time zone of the machine. What is reserved for open calls is included."""

    __tablename__ = "model_usage"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    model: Mapped[str] = mapped_column(String(MAX_NAME_CHARS), primary_key=True)
    currency: Mapped[str] = mapped_column(String(MAX_CURRENCY_CHARS), primary_key=True)
    calls: Mapped[int] = mapped_column()
    failed: Mapped[int] = mapped_column()
    estimated: Mapped[int] = mapped_column()
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_millionths: Mapped[int] = mapped_column(BigInteger)


class FeedbackRow(Base):
    """What a reader says of one answer, with the whole answer as compressed JSON. The newest word of a reader holds."""

    __tablename__ = "feedback"

    number: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[str] = mapped_column(String(RECEIPT_ID_CHARS), unique=True)
    given_at: Mapped[str] = mapped_column(String(20), index=True)
    useful: Mapped[bool] = mapped_column()
    reason: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str | None] = mapped_column(Text)
    generation: Mapped[str | None] = mapped_column(String(60))
    record: Mapped[bytes] = mapped_column(LargeBinary)


class SharedAnswerRow(Base):
    """An answer that a reader gave a link to, as compressed JSON."""

    __tablename__ = "shared_answers"

    token: Mapped[str] = mapped_column(String(TOKEN_CHARS), primary_key=True)
    receipt_id: Mapped[str] = mapped_column(String(RECEIPT_ID_CHARS), unique=True)
    shared_at: Mapped[str] = mapped_column(String(20), index=True)
    record: Mapped[bytes] = mapped_column(LargeBinary)
