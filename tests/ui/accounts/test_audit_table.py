from __future__ import annotations

import csv
import io

import pytest

from rag.catalogue.account_records import AuditEntry
from ui.accounts.audit_table import COLUMNS, csv_lines, entry_to_json


def entry(object_: str, who: str = "li") -> AuditEntry:
    return AuditEntry(7, "2026-03-01T08:00:00Z", who, "document.delete", object_, None, {"a": "值", "b": [1]})


def rows(*entries: AuditEntry) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_lines(entries)), newline="")))


def test_the_table_has_a_heading_and_one_row_for_each_entry() -> None:
    written = rows(entry('a "b", c\nd.txt'))
    assert written[0] == list(COLUMNS)
    assert written[1] == [
        "7",
        "2026-03-01T08:00:00Z",
        "li",
        "document.delete",
        'a "b", c\nd.txt',
        "",
        '{"a": "值", "b": [1]}',
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula_to_a_spreadsheet(start: str) -> None:
    hostile = f"{start}HYPERLINK(1)"
    _, row = rows(entry(hostile, who=hostile))
    assert row[2] == row[4] == f"'{hostile}"


def test_programs_get_the_values_themselves() -> None:
    assert entry_to_json(entry("=1"))["object"] == "=1"
    assert entry_to_json(entry("x"))["after"] == {"a": "值", "b": [1]}
