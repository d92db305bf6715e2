"""Look through a zipped spreadsheet before it is opened: how many rows, how far apart, what is hidden, what is a percentage.

The reading library lays a sheet out as a full grid, so that two cells in opposite corners would take all memory; and
it gives values without their formats, so that a share of 70 % would be read as 0.7.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.loaders.limits import Limits
from ingest.loaders.office_package import Package, opened, read_package
from rag.errors import SourceError

MAX_CELLS = 5_000_000
"""Cells of one sheet's grid: about 200 MB in the reading library."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_REFERENCE = re.compile(r"^([A-Z]{1,3})(\d{1,7})$")
PERCENT_FORMATS = frozenset({"9", "10"})
"""The built-in formats ``0%`` and ``0.00%`` (ISO/IEC 29500-1, 18.8.30)."""
_LARGE_PARTS = re.compile(r"(?:^|/)(?:worksheets|media|drawings|charts)/(?!_rels/)|sharedStrings\.xml$|calcChain")
_MAX_COLUMNS = 16_384


@dataclass(slots=True)
class SheetFacts:
    """What a sheet's cells do not say; rows and columns count from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)


class Extent:
    """Counts rows with values over all sheets and keeps the grid of each within its bound."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._most = limits.max_rows
        self._rows = 0
        self._columns = 0
        self._last = 0

    def next_sheet(self) -> None:
        """Begin a new grid; the count of rows goes on."""
        self._columns = self._last = 0

    def add(self, last_row: int, columns: int, rows: int = 1) -> None:
        """Take in a row that ends in column ``columns`` (from 1); ``rows`` is 0 for one that is counted already.

        Raises:
            SourceError: too many rows in all, or too large a grid.
        """
        self._rows += rows
        if self._rows > self._most:
            raise SourceError(f"{self._name}: more than {self._most} rows, refused")
        self._columns = max(self._columns, columns)
        self._last = max(self._last, last_row + 1)
        if self._last * self._columns > MAX_CELLS:
            raise SourceError(f"{self._name}: its cells lie too far apart ({self._last} x {self._columns}), refused")


def _elements(stream: Any, *tags: str) -> Iterator[Any]:
    from lxml import etree

    parsed = etree.iterparse(stream, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False)
    for _, element in parsed:
        yield element


def _release(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def survey(name: str, data: bytes, limits: Limits) -> dict[str, SheetFacts]:
    """Return facts about each sheet of a zipped spreadsheet, by the sheet's name.

    Raises:
        SourceError: encrypted, damaged, larger than the limits when unpacked, more rows than ``limits.max_rows``,
            or cells so far apart that the grid would have more than ``MAX_CELLS`` cells.
    """
    small = read_package(name, data, limits, lambda part: part.endswith((".xml", ".rels")) and not _is_large(part))
    with opened(name, data, limits) as (package, members):
        names = {member.filename for member in members}
        extent = Extent(name, limits)
        if "content.xml" in names:
            if "encryption-data" in _text(small, "META-INF/manifest.xml"):
                raise SourceError(f"{name}: encrypted; save it without a password")
            return _survey_ods(package, extent)
        return _survey_xlsx(package, small, names, extent)


def _is_large(part: str) -> bool:
    return part == "content.xml" or _LARGE_PARTS.search(part) is not None


def _text(package: Package, part: str) -> str:
    root = package.parsed(part)
    return " ".join(str(element.tag) for element in root.iter()) if root is not None else ""


def _survey_xlsx(package: zipfile.ZipFile, small: Package, names: set[str], extent: Extent) -> dict[str, SheetFacts]:
    main = next(iter(small.related("", "officeDocument").values()), "xl/workbook.xml")
    root = small.parsed(main)
    targets = small.related(main, "worksheet")
    percents = _percent_styles(small.first(main, "styles"))
    facts: dict[str, SheetFacts] = {}
    for sheet in root.iter(f"{_MAIN}sheet") if root is not None else ():
        target = targets.get(sheet.get(_R_ID) or "")
        if target is not None and target in names:
            extent.next_sheet()
            with package.open(target) as stream:
                facts[sheet.get("name") or ""] = _survey_sheet(stream, percents, extent)
    return facts


def _percent_styles(root: Any | None) -> set[str]:
    """Return the indexes of the cell styles whose number format shows a percentage."""
    if root is None:
        return set()
    own = {node.get("numFmtId") for node in root.iter(f"{_MAIN}numFmt") if "%" in (node.get("formatCode") or "")}
    cells = root.find(f"{_MAIN}cellXfs")
    styles = enumerate(cells) if cells is not None else ()
    return {str(at) for at, style in styles if style.get("numFmtId") in own | PERCENT_FORMATS}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _survey_sheet(stream: Any, percents: set[str], extent: Extent) -> SheetFacts:
    facts = SheetFacts()
    at = -1
    for element in _elements(stream, "{*}row", "{*}col"):
        tag = element.tag.rpartition("}")[2]
        if tag == "col":
            if element.get("hidden") in ("1", "true"):
                first, last = (_whole(element.get(key), 0) for key in ("min", "max"))
                facts.hidden_columns.update(range(max(first, 1) - 1, min(last, _MAX_COLUMNS)))
            continue
        at = _whole(element.get("r"), at + 2) - 1
        columns = _row_columns(element, at, percents, facts)
        if columns:
            extent.add(at, columns)
            if element.get("hidden") in ("1", "true"):
                facts.hidden_rows.add(at)
        _release(element)
    return facts


def _row_columns(row: Any, at: int, percents: set[str], facts: SheetFacts) -> int:
    """Return the number of columns up to the last cell with a value, and note the percentages."""
    columns = 0
    column = -1
    for cell in row:
        match = _REFERENCE.match(cell.get("r") or "")
        column = _column(match[1]) if match else column + 1
        if any(child.text or len(child) for child in cell):
            columns = column + 1
            if cell.get("s") in percents:
                facts.percents.add((at, column))
    return columns


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _survey_ods(package: zipfile.ZipFile, extent: Extent) -> dict[str, SheetFacts]:
    facts: dict[str, SheetFacts] = {}
    current = SheetFacts()
    at = 0
    with package.open("content.xml") as stream:
        for element in _elements(stream, f"{_TABLE}table-row", f"{_TABLE}table"):
            if element.tag == f"{_TABLE}table":
                facts[element.get(f"{_TABLE}name") or ""] = current
                current, at = SheetFacts(), 0
                extent.next_sheet()
                continue
            repeated = _whole(element.get(f"{_TABLE}number-rows-repeated"), 1)
            columns = _ods_columns(element, at, repeated, current)
            if columns:
                extent.add(at + repeated - 1, columns, repeated)
                if (element.get(f"{_TABLE}visibility") or "visible") != "visible":
                    current.hidden_rows.update(range(at, at + repeated))
            at += repeated
            _release(element)
    return facts


def _ods_columns(row: Any, at: int, repeated: int, facts: SheetFacts) -> int:
    columns = column = 0
    for cell in row:
        width = _whole(cell.get(f"{_TABLE}number-columns-repeated"), 1)
        if len(cell) or cell.get(f"{_OFFICE}value-type"):
            columns = column + width
            if columns * repeated <= MAX_CELLS and cell.get(f"{_OFFICE}value-type") == "percentage":
                facts.percents.update((at + down, column + right) for down in range(repeated) for right in range(width))
        column += width
    return columns
