"""The audit log as a table for other programs: JSON, or CSV that a spreadsheet cannot take for formulas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rag.catalogue.account_records import AuditEntry
from ui.spreadsheet import csv_line

COLUMNS = ("number", "at", "who", "action", "object", "before", "after")


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
    yield csv_line(COLUMNS)
    for entry in entries:
        values = entry_to_json(entry)
        for name in ("before", "after"):
            values[name] = "" if values[name] is None else json.dumps(values[name], ensure_ascii=False, sort_keys=True)
        yield csv_line(str(values[name]) for name in COLUMNS)
