"""Opening, locking, failing: what is wrong is said by name, and never with the password."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert
from sqlalchemy.exc import OperationalError

from rag.catalogue import Catalogue, RunOutcome, open_catalogue
from rag.catalogue.engine import Database, database_url
from rag.catalogue.runs import Runs
from rag.catalogue.schema import ReportRow
from rag.errors import ConfigError, LockedError, NotAvailableError
from rag.settings import CatalogueSettings, PathSettings, Settings
from tests.rag.catalogue.conftest import ROOT, Child

SECRET = "s3cret-word"
SERVER = f"postgresql+psycopg://clerk:{SECRET}@127.0.0.1:9/policychat?sslpassword={SECRET}"


@contextmanager
def small_disk(pages: int) -> Iterator[None]:
    """Let SQLite files that are opened in the block grow to so many pages and no further."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_the_catalogue_lies_in_the_data_folder_in_wal_mode(catalogue: Catalogue, file: Path) -> None:
    catalogue.runs.begin("ingest", {})
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.usefixtures("file")
def test_an_acknowledged_write_is_synced(settings: Settings) -> None:
    with (
        closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database,
        database.reading() as connection,
    ):
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_references_are_checked(catalogue: Catalogue, settings: Settings) -> None:
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        wrong = pytest.raises(NotAvailableError, match=r"FOREIGN KEY|foreign key")
        with wrong, database.writing() as connection:
            connection.execute(insert(ReportRow).values(number=77, report=b""))
    assert catalogue.runs.latest(1) == ()


def test_a_block_that_fails_leaves_nothing_behind(catalogue: Catalogue, settings: Settings) -> None:
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        with pytest.raises(KeyError), database.writing() as connection:
            connection.exec_driver_sql(
                "INSERT INTO corrections (source, field, value, changed_by, changed_at) VALUES ('a', 'f', 'x', 'li', 'now')"
            )
            raise KeyError("a")
        catalogue.corrections.change("b", {"region": "青棠县"}, by="li")  # and no lock either
    assert catalogue.corrections.current() == {"b": {"region": "青棠县"}}


def test_another_file_can_be_named(tmp_path: Path, settings: Settings) -> None:
    elsewhere = tmp_path / "else where" / "c.sqlite"
    with open_catalogue(
        settings.model_copy(update={"catalogue": CatalogueSettings(url=f"sqlite:///{elsewhere}")})
    ) as catalogue:
        catalogue.runs.begin("ingest", {})
    assert elsewhere.is_file()
    assert not settings.paths.data.exists()


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"mysql://clerk:{SECRET}@host/db",
        f"oracles://clerk:{SECRET}@host/db",
        f"postgresql+asyncpg://clerk:{SECRET}@host/db",
        f"postgresql://clerk:{SECRET}@host:port/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(settings: Settings, url: str) -> None:
    with pytest.raises(ConfigError, match=r"catalogue\.url") as caught:
        open_catalogue(settings.model_copy(update={"catalogue": CatalogueSettings(url=url)}))
    assert SECRET not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_its_password(settings: Settings) -> None:
    with pytest.raises(NotAvailableError, match=r"postgresql://127\.0\.0\.1:9/policychat") as caught:
        open_catalogue(settings.model_copy(update={"catalogue": CatalogueSettings(url=SERVER)}))
    assert SECRET not in str(caught.value)
    assert "clerk" not in str(caught.value)


def test_a_missing_driver_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(NotAvailableError, match="needs the Python package 'psycopg'"):
        Database(database_url(SERVER, settings.paths.data))


def test_a_password_that_the_database_repeats_is_hidden(tmp_path: Path) -> None:
    url = database_url(None, tmp_path).set(password=SECRET)
    complaint = OperationalError("SELECT 1", {}, Exception(f"connection to clerk:{SECRET}@host failed"))
    with closing(Database(database_url(None, tmp_path))) as database:
        database._url = url
        with pytest.raises(NotAvailableError, match=r"clerk:\*\*\*@host") as caught, database.reading():
            raise complaint
    assert SECRET not in str(caught.value)


def test_a_file_that_is_no_database_is_named(settings: Settings, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"not a database, " * 400)
    with pytest.raises(NotAvailableError, match=r"catalogue\.sqlite: file is not a database"):
        open_catalogue(settings)
    assert file.read_bytes() == b"not a database, " * 400


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(NotAvailableError, match=r"catalogue\.sqlite cannot be made"):
        open_catalogue(Settings(paths=PathSettings(data=tmp_path / "data" / "below")))


@pytest.mark.usefixtures("file")
def test_a_full_disk_is_said_and_what_was_there_stays(settings: Settings) -> None:
    with open_catalogue(settings) as catalogue:
        first = catalogue.runs.begin("ingest", {})
        catalogue.runs.finish(first, RunOutcome.PUBLISHED, report={"n": 1})
        second = catalogue.runs.begin("ingest", {})
    # Random words do not compress: the report needs more than the pages left.
    bulky = {"files": [f"{n * 2654435761 % 2**64:x}" for n in range(20_000)]}
    with small_disk(pages=14), open_catalogue(settings) as catalogue:
        with pytest.raises(NotAvailableError, match="full"):
            catalogue.runs.finish(second, RunOutcome.PUBLISHED, report=bulky)
        assert catalogue.runs.get(first).report == {"n": 1}
        assert catalogue.runs.get(second).info.outcome is None
    with open_catalogue(settings) as catalogue:
        catalogue.runs.finish(second, RunOutcome.PUBLISHED, report=bulky)
        assert catalogue.runs.get(second).report == bulky


def test_a_writer_that_waits_too_long_says_so_and_readers_go_on(catalogue: Catalogue, file: Path) -> None:
    catalogue.corrections.change("a", {"region": "青棠县"}, by="li")
    with closing(Database(database_url(None, file.parent), wait_s=0.05)) as hasty:
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LockedError, match="database is locked"):
                Runs(hasty).begin("ingest", {})
            assert catalogue.corrections.current() == {"a": {"region": "青棠县"}}
            other.execute("COMMIT")
        Runs(hasty).begin("ingest", {})
    assert len(catalogue.runs.latest(5)) == 1


def test_a_refusal_that_does_not_wait_by_itself_is_tried_again(catalogue: Catalogue) -> None:
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    refusals = [OperationalError("BEGIN", {}, busy)] * 2

    def refuse(_connection: object) -> None:
        if refusals:
            raise refusals.pop()

    event.listen(Engine, "begin", refuse)
    try:
        run_id = catalogue.runs.begin("ingest", {})
    finally:
        event.remove(Engine, "begin", refuse)
    assert refusals == []
    assert catalogue.runs.latest(1)[0].run_id == run_id


def test_threads_write_at_once_and_every_word_is_kept(catalogue: Catalogue) -> None:
    def write(name: str) -> None:
        for n in range(15):
            catalogue.corrections.change("a.txt", {name: str(n)}, by=name)

    threads = [threading.Thread(target=write, args=(f"field{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catalogue.corrections.history("a.txt")) == 90
    assert catalogue.corrections.current() == {"a.txt": {f"field{n}": "14" for n in range(6)}}


def test_processes_that_start_at_once_make_one_catalogue_and_lose_nothing(
    settings: Settings, start_child: Child
) -> None:
    program = """
import sys
name = input()
with open_catalogue(settings) as catalogue:
    for n in range(20):
        catalogue.corrections.change("a.txt", {name: str(n)}, by=name)
"""
    children = [start_child(program) for _ in range(3)]
    for n, child in enumerate(children):
        assert child.stdin is not None
        child.stdin.write(f"field{n}\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (0, "")
    with open_catalogue(settings) as catalogue:
        assert len(catalogue.corrections.history("a.txt")) == 60


@pytest.mark.parametrize("module", ["rag.catalogue", "rag.catalogue.records"])
def test_importing_the_package_loads_no_database_library(module: str) -> None:
    program = f"import sys, {module}; print(*sorted({{'sqlalchemy', 'alembic'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
