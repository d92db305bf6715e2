"""Add the log of questions: how each ended and what its answer quoted, without anything that says who asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "question_log",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("region", sa.String(200), nullable=True),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("generation", sa.String(60), nullable=True),
        sa.Column("receipt_id", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_question_log"),
    )
    op.create_index("ix_question_log_at", "question_log", ["at"])
    op.create_index("ix_question_log_receipt_id", "question_log", ["receipt_id"])
    counted = ["day", "status", "reason", "channel", "region", "latency_ms"]
    op.create_index("ix_question_log_counted", "question_log", counted)
    op.create_index("ix_question_log_status_at", "question_log", ["status", "at"])
    op.create_table(
        "question_sources",
        sa.Column("question", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("question", "document_id", name="pk_question_sources"),
        sa.ForeignKeyConstraint(["question"], ["question_log.number"], name="fk_question_sources_question"),
    )
    op.create_index("ix_question_sources_day_document_id", "question_sources", ["day", "document_id"])


def downgrade() -> None:
    """Drop the tables with everything in them."""
    op.drop_table("question_sources")
    op.drop_table("question_log")
