"""Schedules of what is read again by itself, and the reason of a correction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and room for reasons; corrections of earlier versions have none."""
    op.create_table(
        "schedules",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("prune", sa.Boolean(), nullable=False),
        sa.Column("rhythm", sa.String(20), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(20), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("holder", sa.String(60), nullable=True),
        sa.Column("held_until", sa.String(20), nullable=True),
        sa.Column("started", sa.String(20), nullable=True),
        sa.Column("finished", sa.String(20), nullable=True),
        sa.Column("was_due", sa.String(20), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("run", sa.String(40), nullable=True),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.Column("failures", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble_since", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_schedules"),
        sa.UniqueConstraint("name", name="uq_schedules_name"),
    )
    op.create_index("ix_schedules_due", "schedules", ["due"])
    op.add_column("corrections", sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the table and the reasons with everything in them."""
    with op.batch_alter_table("corrections") as corrections:
        corrections.drop_column("reason")
    op.drop_table("schedules")
