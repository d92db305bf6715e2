"""Read tables in plain text: CSV and TSV in any encoding, with the separator found by trying."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from ingest.blocks import LoadedFile
from ingest.loaders.encoding import decoded
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.sheet_blocks import sheet_blocks, title_of_tables
from ingest.loaders.tables import Cell
from rag.errors import SourceError

MEDIA_TYPE = "text/csv"

_SEPARATORS = (",", "\t", ";", "|", "，", "、")
"""In the order of preference; the full-width comma last, since it stands in sentences far more than between cells."""
_SAMPLE_ROWS = 100
_SAMPLE_CHARS = 200_000
_STATED = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)
_FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
"""How spreadsheet programs keep 0710 from becoming 710."""


def _rows(text: str, separator: str, quoted: bool = True) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    if quoted:
        return csv.reader(lines, delimiter=separator)
    return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)


def _score(text: str, separator: str) -> tuple[float, int]:
    """Return the share of rows that have the most common number of cells, and that number; one cell counts nothing."""
    widths: list[int] = []
    try:
        for row in _rows(text, separator):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # what was read until then is judged
    tables = Counter(width for width in widths if width > 1)
    if not tables:
        return 0.0, 0
    width, rows = max(tables.items(), key=lambda entry: (entry[1], entry[0]))
    return rows / len(widths), width


def separator_of(text: str) -> str:
    """Return the character between the cells of ``text``: the one that cuts the most rows into equally many cells."""
    start = text[:_SAMPLE_CHARS]
    scores = {separator: _score(start, separator) for separator in _SEPARATORS}
    best = max(share for share, _ in scores.values())
    # Commas inside answers cut some rows alike by chance; the true separator cuts nearly all of them.
    near = [separator for separator in _SEPARATORS if scores[separator][0] >= best - 0.05 and best > 0]
    plain = [separator for separator in near if separator < "\x7f"]
    return max(plain or near or [","], key=lambda separator: scores[separator])


def load_csv(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return the rows of a CSV or TSV file with their column names; tables of questions become headings.

    Raises:
        SourceError: not text, or more rows than ``limits.max_rows``.
    """
    read = decoded(name, data)
    stated = _STATED.match(read.text)
    text = read.text[stated.end() :] if stated else read.text
    separator = stated[1] if stated else separator_of(text)
    try:
        rows = _cells(name, _rows(text, separator), limits)
    except csv.Error:
        # A quotation mark that is never closed swallows the rest of the file: then quotes are only characters.
        try:
            rows = _cells(name, _rows(text, separator, quoted=False), limits)
        except csv.Error as error:
            raise SourceError(f"{name}: not a table that can be read ({error})") from error
    blocks = tuple(sheet_blocks(rows))
    title = title_of_tables(name, blocks)
    return LoadedFile(MEDIA_TYPE, blocks, title=title, repairs=read.repairs, samples=read.samples)


def _cells(name: str, rows: Iterator[list[str]], limits: Limits) -> list[list[Cell]]:
    table: list[list[Cell]] = []
    for row in rows:
        if len(table) == limits.max_rows:
            raise SourceError(f"{name}: more than {limits.max_rows} rows, refused")
        table.append([Cell(_plain(text)) for text in row])
    return table


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    formula = _FORMULA_TEXT.match(text)
    return formula[1] if formula else text
