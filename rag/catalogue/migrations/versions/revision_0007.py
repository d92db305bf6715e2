"""Add the settings that admins change on the page, as a table that the database itself lets nobody rewrite."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_REFUSAL = "changes of settings are only added to"
# INSERT OR REPLACE deletes the old row without its delete trigger, hence the third.
_SQLITE = (
    f"CREATE TRIGGER setting_changes_no_update BEFORE UPDATE ON setting_changes BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER setting_changes_no_delete BEFORE DELETE ON setting_changes BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "CREATE TRIGGER setting_changes_no_replace BEFORE INSERT ON setting_changes "
    "WHEN EXISTS (SELECT 1 FROM setting_changes WHERE number = NEW.number) "
    "BEGIN SELECT RAISE(ABORT, 'changes of settings are only added to'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION refuse_setting_change_rewrite() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER setting_changes_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON setting_changes "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_setting_change_rewrite()",
)


def upgrade() -> None:
    """Make the table and what keeps it from being rewritten."""
    op.create_table(
        "setting_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_setting_changes"),
    )
    op.create_index("ix_setting_changes_key", "setting_changes", ["key"])
    for statement in _SQLITE if op.get_context().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop the table with every change in it: what the file says holds again."""
    op.drop_table("setting_changes")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_setting_change_rewrite()")
