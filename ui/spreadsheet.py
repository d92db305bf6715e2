"""Write lines of tables that a spreadsheet opens without calculating what stands in a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins so is calculated by spreadsheets; what people type may begin so (OWASP, "CSV injection")."""


def csv_line(cells: Iterable[str]) -> str:
    """Return one line of a table; what would be calculated gets the mark of text before it."""
    buffer = io.StringIO()
    harmless = (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    csv.writer(buffer, lineterminator="\r\n").writerow(harmless)
    return buffer.getvalue()
