"""The question sets that an admin keeps, and which generation answered an evaluation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the column; evaluations from before name no generation."""
    op.create_table(
        "question_sets",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("regression", sa.Boolean(), nullable=False),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_question_sets"),
        sa.UniqueConstraint("name", name="uq_question_sets_name"),
    )
    op.create_table(
        "set_questions",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(80), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_set_questions"),
        sa.ForeignKeyConstraint(["set_number"], ["question_sets.number"], name="fk_set_questions_set_number"),
    )
    op.create_index(
        "ix_set_questions_set_number_question_id", "set_questions", ["set_number", "question_id"], unique=True
    )
    op.add_column("evaluations", sa.Column("generation", sa.String(60), nullable=True))
    op.create_index("ix_evaluations_generation", "evaluations", ["generation"])


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_index("ix_evaluations_generation", "evaluations")
    op.drop_column("evaluations", "generation")
    op.drop_table("set_questions")
    op.drop_table("question_sets")
