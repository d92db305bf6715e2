"""Add the searches that operators keep for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_searches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_saved_searches"),
        sa.ForeignKeyConstraint(["account"], ["accounts.number"], name="fk_saved_searches_account"),
        sa.UniqueConstraint("account", "name", name="uq_saved_searches_account"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("saved_searches")
