"""A copy is one whole file, or nothing."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rag.catalogue import Catalogue, RunOutcome, open_catalogue
from rag.catalogue.backup import copy_database
from rag.catalogue.engine import Database
from rag.errors import NotAvailableError, UsageError
from rag.settings import CatalogueSettings, Settings


@pytest.mark.usefixtures("file")
def test_a_copy_holds_what_was_written_and_opens_as_a_catalogue(
    catalogue: Catalogue, settings: Settings, tmp_path: Path
) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report={"n": 1})
    copy = tmp_path / "copies" / "c.sqlite"
    copy.parent.mkdir()
    copy.write_text("an older copy")
    catalogue.backup_to(copy)
    assert [path.name for path in copy.parent.iterdir()] == ["c.sqlite"]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    with open_catalogue(
        settings.model_copy(update={"catalogue": CatalogueSettings(url=f"sqlite:///{copy}")})
    ) as opened:
        assert opened.runs.get(run_id).report == {"n": 1}


@pytest.mark.usefixtures("file")
def test_a_copy_made_while_others_write_is_whole(catalogue: Catalogue, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            catalogue.corrections.change("a.txt", {"region": str(n), "issuer": str(n)}, by="li")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            catalogue.backup_to(tmp_path / f"{n}.sqlite")
    finally:
        stop.set()
        writer.join()
    for n in range(5):
        with closing(sqlite3.connect(tmp_path / f"{n}.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            fields = connection.execute("SELECT count(*) FROM corrections GROUP BY field").fetchall()
            assert len(set(fields)) <= 1  # both fields of a change, or neither


@pytest.mark.usefixtures("file")
def test_a_copy_that_cannot_be_written_leaves_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(NotAvailableError, match="cannot be copied"):
        catalogue.backup_to(tmp_path / "missing" / "c.sqlite")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotAvailableError, match="cannot be copied"):
        catalogue.backup_to(tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "folder"]


def test_the_catalogue_is_not_copied_onto_itself(catalogue: Catalogue, file: Path) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    with pytest.raises(UsageError, match="the catalogue itself"):
        catalogue.backup_to(file.parent / ".." / file.parent.name / file.name)
    assert catalogue.runs.latest(1)[0].run_id == run_id


def test_a_server_is_backed_up_with_its_own_tools(tmp_path: Path) -> None:
    class Served(Database):
        @property
        def file(self) -> None:
            return None

        def __init__(self) -> None:
            pass

        @property
        def where(self) -> str:
            return "postgresql://host/db"

    with pytest.raises(UsageError, match="pg_dump"):
        copy_database(Served(), tmp_path / "c.sqlite")
