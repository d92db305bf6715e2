"""Read spreadsheets (XLSX, XLSM, XLS, ODS): every sheet that can be seen, row by row."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from ingest.blocks import MAX_SAMPLES, Block, BlockKind, LoadedFile, sample
from ingest.loaders.html import load_html
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.office_package import OLE_MAGIC
from ingest.loaders.sheet_blocks import sheet_blocks, title_of_tables
from ingest.loaders.sheet_survey import MAX_CELLS, SheetFacts, survey
from ingest.loaders.sheet_values import percent, shown
from ingest.loaders.tables import Cell
from ingest.loaders.xls_survey import survey_xls
from rag.errors import SourceError

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
        ".xls": "application/vnd.ms-excel",
        ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    }
)


class _Hidden:
    """Counts what was left out because nobody who opens the file sees it."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[str] = []

    def add(self, text: str, count: int = 1) -> None:
        self.count += count
        if len(self.kept) < MAX_SAMPLES:
            self.kept.append(sample(text))


def _opened(name: str, data: bytes) -> Any:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise SourceError(f"{name}: encrypted; save it without a password") from error


def _merged(sheet: Any, start: tuple[int, int], height: int, width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each position inside a merged range where the range begins, cut to the grid; the begin included."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        first = (top - start[0], left - start[1])
        rows = range(max(first[0], 0), min(bottom - start[0] + 1, height))
        columns = range(max(first[1], 0), min(right - start[1] + 1, width))
        # Ranges may not overlap, but a hostile file's do: the sum of all is kept to the size of one grid.
        if first[0] < 0 or first[1] < 0 or len(found) + len(rows) * len(columns) > MAX_CELLS:
            continue
        found.update(((row, column), first) for row in rows for column in columns)
    return found


def _grid(sheet: Any, facts: SheetFacts, hidden: _Hidden) -> list[list[Cell]]:
    values = sheet.to_python()
    start = sheet.start or (0, 0)
    width = max((len(row) for row in values), default=0)
    merged = _merged(sheet, start, len(values), width)
    columns = [column for column in range(width) if column + start[1] not in facts.hidden_columns]
    first: dict[tuple[int, int], Cell] = {}
    grid: list[list[Cell]] = []
    if len(columns) < width and values:
        hidden.add(" ".join(shown(value) for row in values[:3] for value in row[:width]), width - len(columns))
    for at, row in enumerate(values):
        texts = [_text(value, (at + start[0], column + start[1]), facts) for column, value in enumerate(row)]
        if at + start[0] in facts.hidden_rows:
            hidden.add(" ".join(text for text in texts if text))
            continue
        line: list[Cell] = []
        for column in columns:
            home = merged.get((at, column))
            if home is None:
                line.append(Cell(texts[column]))
            else:
                if home not in first:
                    first[home] = Cell(_text(values[home[0]][home[1]], (home[0] + start[0], home[1] + start[1]), facts))
                # The same object in every place is what the table writer takes for one spanning cell.
                line.append(first[home])
        grid.append(line)
    return grid


def _text(value: object, at: tuple[int, int], facts: SheetFacts) -> str:
    if at in facts.percents and isinstance(value, int | float) and not isinstance(value, bool):
        return percent(value)
    return shown(value)


def _sheets(name: str, workbook: Any, facts: Mapping[str, SheetFacts], hidden: _Hidden) -> list[Block]:
    import python_calamine as calamine

    parts: list[tuple[str, list[list[Cell]]]] = []
    for about in workbook.sheets_metadata:
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        if sheet.height * sheet.width > MAX_CELLS:
            raise SourceError(f"{name}: its cells lie too far apart ({sheet.height} x {sheet.width}), refused")
        if about.visible != calamine.SheetVisibleEnum.Visible:
            if sheet.height:
                first = (shown(value) for row in sheet.to_python(nrows=3) for value in row)
                hidden.add(f"{about.name}: {' '.join(text for text in first if text)}", sheet.height)
            continue
        grid = _grid(sheet, facts.get(about.name) or SheetFacts(), hidden)
        if any(cell.text for row in grid for cell in row):
            parts.append((about.name, grid))
    if len(parts) == 1:
        return sheet_blocks(parts[0][1])
    blocks: list[Block] = []
    for title, grid in parts:
        blocks += [Block(BlockKind.HEADING, " ".join(title.split()), 1), *sheet_blocks(grid, level=2)]
    return blocks


def load_spreadsheet(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return the rows of every visible sheet with their column names; the sheets' names head them if there are several.

    Tables of questions and answers become headings with paragraphs. Hidden sheets, rows and columns are left out and
    counted as ``hidden_text`` (hidden columns of ODS cannot be told from visible ones). Shares are written as percentages
    where the sheet shows them so.

    Raises:
        SourceError: encrypted, damaged, too large when unpacked, or more rows than ``limits.max_rows``.
    """
    import python_calamine as calamine

    extension = PurePath(name).suffix.lower()
    if data.lstrip()[:1] == b"<":
        return load_html(name, data)  # web systems export an HTML table and call it .xls
    if data.startswith(OLE_MAGIC) and "EncryptedPackage".encode("utf-16-le") in data:
        raise SourceError(f"{name}: encrypted; save it without a password")
    facts = (survey_xls if data.startswith(OLE_MAGIC) else survey)(name, data, limits)
    hidden = _Hidden()
    try:
        blocks = _sheets(name, _opened(name, data), facts, hidden)
    except (calamine.CalamineError, ValueError, IndexError, OverflowError, OSError) as error:
        raise SourceError(f"{name}: the spreadsheet is damaged and cannot be read ({error})") from error
    except BaseException as error:
        # A panic of the library's Rust side is no Exception; the type cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise SourceError(f"{name}: the spreadsheet is damaged and cannot be read") from error
    return LoadedFile(
        MEDIA_TYPES.get(extension, MEDIA_TYPES[".xlsx"]),
        tuple(blocks),
        title=title_of_tables(name, blocks),
        repairs={"hidden_text": hidden.count} if hidden.count else {},
        samples={"hidden_text": tuple(hidden.kept)} if hidden.kept else {},
    )
