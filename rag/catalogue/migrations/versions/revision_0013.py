"""Add what ties an account to a person of a single sign-on: issuer and subject, which no two accounts share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "account_links",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("linked", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_account_links"),
        sa.ForeignKeyConstraint(["account"], ["accounts.number"], name="fk_account_links_account"),
    )
    op.create_index("ix_account_links_account", "account_links", ["account"])


def downgrade() -> None:
    """Drop the table; whoever has no password cannot sign in any more."""
    op.drop_table("account_links")
