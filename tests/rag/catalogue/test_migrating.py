"""The schema: made once, changed whole or not at all, with its rows, in both databases."""

from __future__ import annotations

import importlib
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from rag.catalogue import Catalogue, RunOutcome, open_catalogue
from rag.catalogue.engine import Database, database_url
from rag.catalogue.migrating import MIGRATIONS, VERSIONS, bring_up_to_date
from rag.catalogue.schema import REVISION, Base
from rag.catalogue.schema_accounts import AuditRow
from rag.errors import NotAvailableError
from rag.settings import Settings
from tests.rag.catalogue.conftest import Child

LATER = '''
"""A revision of a later version."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "later", "{base}", None, None

def upgrade():
    op.create_table("people", sa.Column("name", sa.String(40), primary_key=True))
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("place", sa.String(20), nullable=False, server_default="here"))
        runs.alter_column("kind", type_=sa.String(80), existing_type=sa.String(40))
    {more}
'''


SHAPE = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname <> 'alembic_version_pkc'
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture
def catalogue_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Return the setting ``catalogue.url`` of a database that nobody else uses: these tests change its tables."""
    if request.param == "sqlite":
        yield None
    else:
        with request.getfixturevalue("cluster").empty() as url:
            yield url


def later(folder: Path, more: str = "") -> tuple[Path, Path]:
    """Write a revision that comes after today's and return both folders of revisions."""
    folder.mkdir()
    (folder / "revision_later.py").write_text(LATER.format(base=REVISION, more=more))
    return VERSIONS, folder


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        # A table that was copied to be changed has its name in quotes afterwards.
        return [re.sub(r'^(CREATE TABLE) "(\w+)"', r"\1 \2", line) for line in connection.iterdump()]


def filled(catalogue: Catalogue) -> str:
    run_id = catalogue.runs.begin("ingest", {"paths": ["a"]})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report={"n": 1})
    catalogue.corrections.change("a.txt", {"region": "青棠县"}, by="li")
    return run_id


def test_the_revisions_make_exactly_the_tables_that_the_code_uses(catalogue: Catalogue, settings: Settings) -> None:
    assert catalogue.runs.latest(1) == ()
    with (
        closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database,
        database.reading() as connection,
    ):
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_code_names_the_newest_revision() -> None:
    script = ScriptDirectory(str(MIGRATIONS), version_locations=[str(VERSIONS)])
    assert script.get_heads() == [REVISION]


def test_a_catalogue_of_today_is_opened_without_the_migration_library(catalogue: Catalogue, start_child: Child) -> None:
    run_id = filled(catalogue)
    child = start_child(
        "import sys\nwith open_catalogue(settings) as c: print(c.runs.latest(1)[0].run_id, 'alembic' in sys.modules)"
    )
    assert child.communicate(timeout=60) == (f"{run_id} False\n", "")


def test_an_older_schema_is_brought_up_to_date_with_its_rows(tmp_path: Path, settings: Settings, file: Path) -> None:
    with open_catalogue(settings) as catalogue:
        run_id = filled(catalogue)
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        bring_up_to_date(database, "later", later(tmp_path / "later"))
        assert database.revision() == "later"
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT run_id, place, length(report) > 0 FROM runs JOIN run_reports USING (number)")
        assert rows.fetchall() == [(run_id, "here", 1)]
        assert connection.execute("SELECT value FROM corrections").fetchall() == [("青棠县",)]
        assert connection.execute("PRAGMA foreign_key_list(run_reports)").fetchone()[2] == "runs"


def test_a_newer_schema_is_refused_by_name_and_left_alone(tmp_path: Path, settings: Settings, file: Path) -> None:
    with open_catalogue(settings) as catalogue:
        filled(catalogue)
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        bring_up_to_date(database, "later", later(tmp_path / "later"))
    before = dump(file)
    with pytest.raises(NotAvailableError, match=f"schema 'later', newer than this program's '{REVISION}'"):
        open_catalogue(settings)
    assert dump(file) == before


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("raise RuntimeError('stopped')", RuntimeError),
        ("op.execute('SELECT * FROM nowhere')", NotAvailableError),
        ("op.execute('DELETE FROM runs')", NotAvailableError),  # the reports would refer to nothing
    ],
)
def test_a_migration_that_fails_leaves_the_old_schema_with_its_rows(
    tmp_path: Path, settings: Settings, file: Path, more: str, error: type[Exception]
) -> None:
    with open_catalogue(settings) as catalogue:
        run_id = filled(catalogue)
    before = dump(file)
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database, pytest.raises(error):
        bring_up_to_date(database, "later", later(tmp_path / "later", more))
    assert dump(file) == before
    with open_catalogue(settings) as catalogue:
        assert catalogue.runs.get(run_id).report == {"n": 1}


def test_a_kill_in_the_middle_of_a_migration_leaves_the_old_schema(
    tmp_path: Path, settings: Settings, file: Path, start_child: Child
) -> None:
    with open_catalogue(settings) as catalogue:
        run_id = filled(catalogue)
    before = dump(file)
    folders = [
        str(folder) for folder in later(tmp_path / "later", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    ]
    child = start_child(
        "from rag.catalogue.engine import Database, database_url\n"
        "from rag.catalogue.migrating import bring_up_to_date\n"
        f"bring_up_to_date(Database(database_url(settings.catalogue.url, settings.paths.data)), 'later', [Path(f) for f in {folders!r}])"
    )
    child.communicate(timeout=60)
    assert child.returncode == -9
    assert dump(file) == before
    with open_catalogue(settings) as catalogue:
        assert catalogue.runs.get(run_id).report == {"n": 1}


def test_processes_that_start_at_once_migrate_once(tmp_path: Path, settings: Settings, start_child: Child) -> None:
    with open_catalogue(settings) as catalogue:
        filled(catalogue)
    folders = [str(folder) for folder in later(tmp_path / "later", "import time; time.sleep(0.3); print('migrated')")]
    program = (
        "from rag.catalogue.engine import Database, database_url\n"
        "from rag.catalogue.migrating import bring_up_to_date\n"
        "input()\n"
        "database = Database(database_url(settings.catalogue.url, settings.paths.data))\n"
        f"bring_up_to_date(database, 'later', [Path(f) for f in {folders!r}])\n"
        "print(database.revision())\n"
        "database.close()"
    )
    children = [start_child(program) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    done = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in done] == [""] * 3
    assert sorted(output for output, _ in done) == ["later\n", "later\n", "migrated\nlater\n"]


def test_the_first_schema_gets_the_table_of_evaluations_and_can_lose_it_again(settings: Settings, file: Path) -> None:
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        bring_up_to_date(database, "0001")
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(
                "INSERT INTO runs (run_id, kind, arguments, started, counts) VALUES ('r', 'ingest', '{}', 't', '{}')"
            )
            connection.commit()
        before = [line for line in dump(file) if "alembic_version" not in line]
        bring_up_to_date(database)
        assert database.revision() == REVISION
        assert [line for line in dump(file) if "evaluations" in line]
        with database.migrating() as connection, Operations.context(MigrationContext.configure(connection)):
            for later_one in range(int(REVISION), 1, -1):
                importlib.import_module(f"rag.catalogue.migrations.versions.revision_{later_one:04}").downgrade()
        assert [line for line in dump(file) if "alembic_version" not in line] == before


def test_every_revision_goes_up_and_down_again_and_leaves_nothing(settings: Settings) -> None:
    """The program never goes down; that it could is how a revision is known to be whole."""
    names = [f"{number:04}" for number in range(1, int(REVISION) + 1)]
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        shapes = []
        for name in names:
            bring_up_to_date(database, name)
            with database.reading() as connection:
                shapes.append(shape(connection))
        with database.reading() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        with database.migrating() as connection, Operations.context(MigrationContext.configure(connection)):
            steps = [importlib.import_module(f"rag.catalogue.migrations.versions.revision_{name}") for name in names]
            for number in range(len(names) - 1, 0, -1):
                steps[number].downgrade()
                assert shape(connection) == shapes[number - 1], names[number]
            for number in range(1, len(names)):
                steps[number].upgrade()
                assert shape(connection) == shapes[number], names[number]


def shape(connection: Connection) -> set[str]:
    """Return the names of everything that a database holds: tables, indexes, triggers, functions."""
    if connection.dialect.name == "sqlite":
        return set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").scalars()
        )
    return set(connection.exec_driver_sql(SHAPE).scalars())


def test_postgresql_gets_the_same_tables() -> None:
    assert AuditRow.__table__ in Base.metadata.sorted_tables
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    expected = {
        "number": "SERIAL",
        "report": "BYTEA",
        "value": "TEXT",
        "source": "VARCHAR(800)",
        "questions": "BYTEA",
        "figures": "TEXT",
        "prompt_tokens": "BIGINT",
        "useful": "BOOLEAN",
        "receipt_id": "VARCHAR(16)",
        "record": "BYTEA",
        "disabled": "BOOLEAN",
        "digest": "VARCHAR(64)",
        "object": "VARCHAR(800)",
    }
    made = "\n".join(str(CreateTable(table).compile(dialect=dialect)) for table in Base.metadata.sorted_tables)
    made += "\n".join(
        str(CreateIndex(index).compile(dialect=dialect))
        for table in Base.metadata.sorted_tables
        for index in table.indexes
    )
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "target_metadata": Base.metadata}
    )
    with Operations.context(context):
        for revision in ("0001", "0002", "0003", "0004", "0005"):
            importlib.import_module(f"rag.catalogue.migrations.versions.revision_{revision}").upgrade()
    migrated = buffer.getvalue()
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log" in migrated
    for column, kind in expected.items():
        assert f"{column} {kind}" in made
        assert f"{column} {kind}" in migrated
    for name in (
        "pk_runs",
        "uq_runs_run_id",
        "fk_run_reports_number",
        "ix_corrections_source_field",
        "pk_evaluations",
        "uq_evaluations_evaluation_id",
        "ix_evaluations_set_digest",
        "pk_model_usage",
        "pk_feedback",
        "uq_feedback_receipt_id",
        "ix_feedback_given_at",
        "pk_shared_answers",
        "uq_shared_answers_receipt_id",
        "ix_shared_answers_shared_at",
        "pk_accounts",
        "uq_accounts_folded",
        "pk_sessions",
        "fk_sessions_account",
        "ix_sessions_account",
        "ix_sessions_expires",
        "pk_sign_in_attempts",
        "ix_sign_in_attempts_last",
        "pk_api_tokens",
        "uq_api_tokens_digest",
        "fk_api_tokens_account",
        "ix_api_tokens_account",
        "pk_audit_log",
        "ix_audit_log_at",
    ):
        assert name in made
        assert name in migrated
