"""Begin the catalogue: runs with their reports, and corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("started", sa.String(20), nullable=False),
        sa.Column("finished", sa.String(20)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("generation", sa.String(60)),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("run_id", name="uq_runs_run_id"),
    )
    op.create_table(
        "run_reports",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_run_reports"),
        sa.ForeignKeyConstraint(["number"], ["runs.number"], name="fk_run_reports_number"),
    )
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(800), nullable=False),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_corrections"),
    )
    op.create_index("ix_corrections_source_field", "corrections", ["source", "field"])
