from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.audit import AuditFilter
from rag.errors import UsageError


def test_an_entry_says_who_changed_what_from_what_to_what(catalogue: Catalogue) -> None:
    number = catalogue.audit.add("li", "document.correct", "a.txt", {"region": None}, {"region": "青棠县"})
    (entry,) = catalogue.audit.entries()
    assert (entry.number, entry.who, entry.action, entry.object_) == (number, "li", "document.correct", "a.txt")
    assert (entry.before, entry.after) == ({"region": None}, {"region": "青棠县"})
    assert datetime.fromisoformat(entry.at).tzinfo is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET who = 'somebody else'",
        "DELETE FROM audit_log",
        "INSERT OR REPLACE INTO audit_log (number, at, who, action, object) VALUES (1, 't', 'w', 'a', 'o')",
        "REPLACE INTO audit_log (number, at, who, action, object) VALUES (1, 't', 'w', 'a', 'o')",
        "INSERT INTO audit_log (number, at, who, action, object) VALUES (1, 't', 'w', 'a', 'o') "
        "ON CONFLICT (number) DO UPDATE SET who = 'w'",
    ],
)
def test_the_database_itself_refuses_to_change_an_entry(catalogue: Catalogue, file: Path, statement: str) -> None:
    catalogue.audit.add("li", "document.delete", "a.txt")
    before = catalogue.audit.entries()
    with closing(sqlite3.connect(file)) as connection, pytest.raises(sqlite3.IntegrityError, match="only added to"):
        connection.execute(statement)
    assert catalogue.audit.entries() == before


def test_entries_come_newest_first_and_page_by_page(catalogue: Catalogue) -> None:
    numbers = [catalogue.audit.add("li", "a", str(number)) for number in range(7)]
    first = catalogue.audit.entries(limit=3)
    second = catalogue.audit.entries(below=first[-1].number, limit=3)
    assert [entry.number for entry in (*first, *second)] == numbers[:0:-1]
    assert [entry.number for entry in catalogue.audit.everything()] == numbers[::-1]


def test_everything_reads_more_than_one_page(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.catalogue.audit._PAGE", 2)
    numbers = [catalogue.audit.add("li", "a", str(number)) for number in range(5)]
    assert [entry.number for entry in catalogue.audit.everything()] == numbers[::-1]


def test_a_filter_takes_people_actions_objects_and_days(catalogue: Catalogue) -> None:
    catalogue.audit.add("li", "document.delete", "b/100%.txt")
    catalogue.audit.add("wang", "document.correct", "b/100x.txt")
    catalogue.audit.add("li", "documents", "c.txt")

    def objects(**wanted: str | datetime) -> list[str]:
        found = AuditFilter(**wanted)  # type: ignore[arg-type]
        assert catalogue.audit.count(found) == len(catalogue.audit.entries(found))
        return [entry.object_ for entry in catalogue.audit.entries(found)]

    assert objects() == ["c.txt", "b/100x.txt", "b/100%.txt"]
    assert objects(who="li") == ["c.txt", "b/100%.txt"]
    assert objects(action="document.") == ["b/100x.txt", "b/100%.txt"]
    assert objects(action="documents") == ["c.txt"]
    assert objects(object_="100%") == ["b/100%.txt"]
    assert objects(since=datetime(2200, 1, 1, tzinfo=UTC)) == []
    assert objects(until=datetime(2000, 1, 1, tzinfo=UTC)) == []
    assert objects(since=datetime(2000, 1, 1, tzinfo=UTC), until=datetime(2200, 1, 1, tzinfo=UTC)) == objects()


@pytest.mark.parametrize(
    ("who", "action", "object_", "value"),
    [
        ("", "a", "o", None),
        ("w", " ", "o", None),
        ("w", "a", "", None),
        ("w" * 201, "a", "o", None),
        ("w", "a" * 61, "o", None),
        ("w", "a", "o\0", None),
        ("w", "a", "\udcff", None),
        ("w", "a", "o", "x" * 20_001),
        ("w", "a", "o", math.nan),
        ("w", "a", "o", object()),
    ],
)
def test_what_cannot_be_kept_is_refused_and_not_cut(
    catalogue: Catalogue, who: str, action: str, object_: str, value: object
) -> None:
    with pytest.raises(UsageError):
        catalogue.audit.add(who, action, object_, None, value)
    assert catalogue.audit.entries() == ()
