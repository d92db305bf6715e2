"""Add what readers choose to send: feedback about an answer, and answers that were shared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feedback",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(16), nullable=False),
        sa.Column("given_at", sa.String(20), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("generation", sa.String(60), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_feedback"),
        sa.UniqueConstraint("receipt_id", name="uq_feedback_receipt_id"),
    )
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"])
    op.create_table(
        "shared_answers",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("receipt_id", sa.String(16), nullable=False),
        sa.Column("shared_at", sa.String(20), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_shared_answers"),
        sa.UniqueConstraint("receipt_id", name="uq_shared_answers_receipt_id"),
    )
    op.create_index("ix_shared_answers_shared_at", "shared_answers", ["shared_at"])


def downgrade() -> None:
    """Drop the tables with everything in them."""
    op.drop_table("shared_answers")
    op.drop_table("feedback")
