"""Add calls, cases handed over to an office, and who looks after the questions that wait.

What was said about a call or a case cannot be rewritten, the database itself refuses; it can be deleted, because what is
said about people is kept for a time only.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = ("call_notes", "case_steps")
_REFUSAL = "notes are only added to"


def upgrade() -> None:
    """Make the tables and the triggers."""
    op.create_table(
        "calls",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("region", sa.String(200), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.String(16), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("follow_up", sa.String(10), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_calls"),
        sa.UniqueConstraint("mark", name="uq_calls_mark"),
    )
    for column in ("at", "by", "follow_up"):
        op.create_index(f"ix_calls_{column}", "calls", [column])
    op.create_table(
        "call_notes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("follow_up", sa.String(10), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_call_notes"),
        sa.ForeignKeyConstraint(["call"], ["calls.number"], name="fk_call_notes_call"),
    )
    op.create_index("ix_call_notes_call", "call_notes", ["call"])
    op.create_table(
        "cases",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("opened_at", sa.String(20), nullable=False),
        sa.Column("opened_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(20), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("region", sa.String(200), nullable=True),
        sa.Column("background", sa.Text(), nullable=False),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("due", sa.String(10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("call", sa.Integer(), nullable=True),
        sa.Column("queue_key", sa.String(64), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_cases"),
        sa.UniqueConstraint("mark", name="uq_cases_mark"),
    )
    for column in ("opened_by", "changed_at", "status", "call", "queue_key"):
        op.create_index(f"ix_cases_{column}", "cases", [column])
    op.create_table(
        "case_steps",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("due", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_case_steps"),
        sa.ForeignKeyConstraint(["case"], ["cases.number"], name="fk_case_steps_case"),
    )
    op.create_index("ix_case_steps_case", "case_steps", ["case"])
    op.create_table(
        "queue",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("taken_by", sa.String(200), nullable=True),
        sa.Column("taken_until", sa.String(20), nullable=True),
        sa.Column("decision", sa.String(20), nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=True),
        sa.Column("decided_at", sa.String(20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_queue"),
    )
    op.create_index("ix_queue_decided_at", "queue", ["decided_at"])
    for statement in _sqlite() if op.get_context().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for table in _TABLES
    ]


def _postgresql() -> list[str]:
    body = f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    return [
        f"CREATE FUNCTION refuse_note_change() RETURNS trigger LANGUAGE plpgsql AS {body}",
        *(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_note_change()"
            for table in _TABLES
        ),
    ]


def downgrade() -> None:
    """Drop the tables with everything in them."""
    for table in ("queue", "case_steps", "cases", "call_notes", "calls"):
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_note_change()")
