"""Add answers that were looked at and approved, the history of each, and tasks for those who answer for something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "approved_answers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("wordings", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("review", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(200), nullable=False),
        sa.Column("proposed_at", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=True),
        sa.Column("decided_at", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_approved_answers"),
    )
    op.create_index("ix_approved_answers_state", "approved_answers", ["state"])
    op.create_table(
        "approved_answer_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_approved_answer_changes"),
        sa.ForeignKeyConstraint(["answer"], ["approved_answers.number"], name="fk_approved_answer_changes_answer"),
    )
    op.create_index("ix_approved_answer_changes_answer", "approved_answer_changes", ["answer"])
    op.create_table(
        "tasks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("object", sa.String(800), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.String(20), nullable=False),
        sa.Column("done_at", sa.String(20), nullable=True),
        sa.Column("done_by", sa.String(200), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tasks"),
    )
    op.create_index("ix_tasks_owner_done_at", "tasks", ["owner", "done_at"])


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in ("tasks", "approved_answer_changes", "approved_answers"):
        op.drop_table(table)
