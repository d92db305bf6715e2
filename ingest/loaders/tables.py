"""Write tables as lines that can be searched and quoted: ``column: cell；column: cell``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.blocks import Block, BlockKind

_MAX_SPAN = 100
"""No real table is wider; a page that claims ``colspan=1000000`` must not fill the memory."""

_LABEL_CHARS = 24
_FIGURE = re.compile(r"^[<>≥≤±]?\s*\d[\d.,，]*\s*\S{0,2}$")
_NOTE = re.compile(r"^(?:注|备注|備註|说明|說明|附注|附註)\s*(?:\d{0,2}|[一二三四五六七八九]?)\s*[:：.．、]")
"""A line below a table that one cell holds; without this it would read as the value of the first column."""
_CLOSED = "，。；：、！？"
_YEAR = re.compile(r"^(?:19|20)\d{2}\s*年?度?$")
"""A figure that names columns more often than it stands in them."""
_SPACED_LABEL = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the format states it; ``text`` holds no line breaks."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    header: bool = False


Grid = list[list[Cell | None]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read: lines above it, the names of its columns, the rows below.

    ``names`` has one entry for each column, empty where nothing names it, and no entry at all where the rows are
    facts (label, value, label, value). Every row has every column; the same object marks one spanning cell.
    """

    captions: tuple[str, ...]
    names: tuple[str, ...]
    rows: Grid
    pairs: bool = False


def one_line(lines: Iterable[str]) -> str:
    """Return the lines of a cell as one; a space parts them where no punctuation does."""
    text = ""
    for line in lines:
        text += line if not text or text[-1] in _CLOSED else f" {line}"
    return text


def _grid(rows: Sequence[Sequence[Cell]]) -> Grid:
    """Repeat spanning cells, so that every row has every column; the same object marks one cell."""
    filled: dict[tuple[int, int], Cell] = {}
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while (at, column) in filled:
                column += 1
            width = max(1, min(cell.colspan, _MAX_SPAN))
            height = max(1, min(cell.rowspan, len(rows) - at))
            for down in range(height):
                for right in range(width):
                    filled.setdefault((at + down, column + right), cell)
            column += width
    columns = max((column for _, column in filled), default=-1) + 1
    return [[filled.get((at, column)) for column in range(columns)] for at in range(len(rows))]


def _distinct(row: Sequence[Cell | None]) -> list[Cell]:
    return list({id(cell): cell for cell in row if cell is not None and cell.text}.values())


def _label(text: str) -> str:
    squeezed = _SPACED_LABEL.sub("", text) if len(text) <= 8 else text
    return squeezed.rstrip(":： ")


def _is_pairs(grid: Grid) -> bool:
    """Tell whether the table lists facts as label, value, label, value without a heading row."""
    if len(grid[0]) % 2:
        return False
    labels = [row[column] for row in grid for column in range(0, len(row), 2)]
    named = [cell for cell in labels if cell is not None and cell.text]
    by_colon = all(cell.text.endswith((":", "：")) for cell in named)
    by_tag = all(cell.header for cell in named) and not all(cell.header for row in grid for cell in _distinct(row))
    values = [row[column] for row in grid for column in range(1, len(row), 2)]
    return bool(named) and (by_colon or (by_tag and not any(cell.header for cell in values if cell is not None)))


def _figure(text: str) -> bool:
    return _FIGURE.match(text) is not None and not _YEAR.match(text)


def _header_height(grid: Grid) -> int:
    """Return how many rows at the top name the columns: 0 where the first row reads like data."""
    top = _distinct(grid[0])
    tagged = 0
    while tagged < len(grid) and all(cell.header for cell in _distinct(grid[tagged])):
        tagged += 1
    if tagged:
        return min(tagged, len(grid) - 1)
    if len(grid) < 2 or len(top) < 2:
        return 0
    if any(len(cell.text) > _LABEL_CHARS or _figure(cell.text) for cell in top):
        return 0
    if len(top) < sum(1 for cell in grid[0] if cell is not None and cell.text):  # one of them spans columns
        height = max(_reach(grid, cell) for cell in top)
        return min(max(height, 2 if _names_parts(grid) else 1), len(grid) - 1)
    return 1


def _names_parts(grid: Grid) -> bool:
    """Tell whether the second row only names the parts of the first row's wide cells and is empty elsewhere."""
    above, below = grid[0], grid[1]
    wide = [sum(1 for found in above if found is cell) > 1 for cell in above]
    for cell, is_wide in zip(below, wide, strict=True):
        if bool(cell and cell.text) != is_wide or (cell and (len(cell.text) > _LABEL_CHARS or _figure(cell.text))):
            return False
    return True


def _reach(grid: Grid, cell: Cell) -> int:
    """Return through how many rows from the top a cell goes; some formats repeat the cell and state no span."""
    rows = 0
    while rows < len(grid) and any(cell is found for found in grid[rows]):
        rows += 1
    return rows


def _column_names(header: Grid, columns: int) -> list[str]:
    names = []
    for column in range(columns):
        parts = [_label(cell.text) for cell in _distinct([row[column] for row in header])]
        names.append(" ".join(part for part in parts if part))
    return names


def _row_line(row: Sequence[Cell | None], names: Sequence[str]) -> str:
    parts: list[str] = []
    written: set[int] = set()
    for cell, name in zip(row, names, strict=True):
        if cell is None or not cell.text or id(cell) in written:
            continue
        written.add(id(cell))
        parts.append(f"{name}: {cell.text}" if name else cell.text)
    return "；".join(parts)


def _pair_line(row: Sequence[Cell | None]) -> str:
    parts = []
    for key, value in zip(row[::2], row[1::2], strict=True):
        label = _label(key.text) if key else ""
        text = value.text if value and value is not key else ""
        if label or text:
            parts.append(f"{label}: {text}" if label and text else label or text)
    return "；".join(parts)


def _is_heading_again(cells: Sequence[Cell], heading: Sequence[str]) -> bool:
    return bool(heading) and [cell.text for cell in cells] == list(heading)


def read_table(rows: Sequence[Sequence[Cell]]) -> Table:
    """Return a table with its captions and column names found.

    A row at the top that one cell fills is a caption. The next row names the columns if it is marked as a heading
    or its cells are short labels; rows that repeat it are dropped, so are empty rows.
    """
    grid = [row for row in _grid(rows) if _distinct(row)]
    captions = []
    while grid and len(_distinct(grid[0])) == 1:
        captions.append(_distinct(grid.pop(0))[0].text)
    if not grid:
        return Table(tuple(captions), (), [])
    if _is_pairs(grid):
        return Table(tuple(captions), (), grid, pairs=True)
    height = _header_height(grid)
    heading = [cell.text for cell in _distinct(grid[0])] if height else []
    body = [row for row in grid[height:] if not _is_heading_again(_distinct(row), heading)]
    return Table(tuple(captions), tuple(_column_names(grid[:height], len(grid[0]))), body)


def _fills_row(row: Sequence[Cell | None], cells: Sequence[Cell]) -> bool:
    return len(cells) == 1 and (
        (cells[0] is row[0] and cells[0] is row[-1]) or (cells[0] is row[0] and _NOTE.match(cells[0].text) is not None)
    )


def blocks_of(table: Table, page: int | None = None) -> list[Block]:
    """Return one block for each caption and row of a table that :func:`read_table` read."""
    blocks: list[Block] = []

    def add(kind: BlockKind, text: str) -> None:
        line = " ".join(text.split())
        if line:
            blocks.append(Block(kind, line, page=page))

    for caption in table.captions:
        add(BlockKind.PARAGRAPH, caption)
    for row in table.rows:
        cells = _distinct(row)
        if table.pairs:
            add(BlockKind.TABLE_ROW, _pair_line(row))
        elif _fills_row(row, cells):
            add(BlockKind.PARAGRAPH, cells[0].text)
        else:
            add(BlockKind.TABLE_ROW, _row_line(row, table.names))
    return blocks


def table_blocks(rows: Sequence[Sequence[Cell]], page: int | None = None) -> list[Block]:
    """Return one block for each row of a table.

    A row that one cell fills, or a single cell that begins as a note does (注：), becomes a paragraph. Column names
    lead the cells; in a table of facts (label, value, label, value) each label leads its value.
    """
    return blocks_of(read_table(rows), page)
