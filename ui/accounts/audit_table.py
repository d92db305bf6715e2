"""The audit log as a table for other programs: JSON, or CSV that a spreadsheet cannot take for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from rag.catalogue.account_records import AuditEntry

COLUMNS = ("number", "at", "who", "action", "object", "before", "after")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is calculated by spreadsheets; the name of a file may begin so (OWASP, "CSV injection")."""


def entry_to_json(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as ``audit --json`` and the interface give it."""
    return {
        "number": entry.number,
        "at": entry.at,
        "who": entry.who,
        "action": entry.action,
        "object": entry.object_,
        "before": entry.before,
        "after": entry.after,
    }


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield the lines of a CSV file, its heading first; ``before`` and ``after`` are JSON."""
    yield _line(COLUMNS)
    for entry in entries:
        values = entry_to_json(entry)
        for name in ("before", "after"):
            values[name] = "" if values[name] is None else json.dumps(values[name], ensure_ascii=False, sort_keys=True)
        yield _line([_harmless(str(values[name])) for name in COLUMNS])


def _harmless(cell: str) -> str:
    # With the mark of text before it a spreadsheet shows the cell as it is.
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
