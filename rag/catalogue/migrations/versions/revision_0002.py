"""Add the history of evaluations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "evaluations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.String(40), nullable=False),
        sa.Column("made_at", sa.String(20), nullable=False),
        sa.Column("label", sa.String(200)),
        sa.Column("set_name", sa.String(200), nullable=False),
        sa.Column("set_digest", sa.String(64), nullable=False),
        sa.Column("settings_digest", sa.String(64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("questions", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_evaluations"),
        sa.UniqueConstraint("evaluation_id", name="uq_evaluations_evaluation_id"),
    )
    op.create_index("ix_evaluations_set_digest", "evaluations", ["set_digest"])


def downgrade() -> None:
    """Drop the table with everything in it."""
    op.drop_index("ix_evaluations_set_digest", table_name="evaluations")
    op.drop_table("evaluations")
