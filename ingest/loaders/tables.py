"""Write tables as lines that can be searched and quoted: ``column: cell；column: cell``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.blocks import Block, BlockKind

_MAX_SPAN = 100
"""No real table is wider; a page that claims ``colspan=1000000`` must not fill the memory."""

_LABEL_CHARS = 24
_FIGURE = re.compile(r"^[<>≥≤±]?\s*\d[\d.,，]*\s*\S{0,2}$")
_SPACED_LABEL = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the format states it; ``text`` holds no line breaks."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    header: bool = False


Grid = list[list[Cell | None]]


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
    found: list[Cell] = []
    for cell in row:
        if cell is not None and cell.text and not any(cell is known for known in found):
            found.append(cell)
    return found


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
    if any(len(cell.text) > _LABEL_CHARS or _FIGURE.match(cell.text) for cell in top):
        return 0
    if any(cell.colspan > 1 for cell in top):
        return min(max(cell.rowspan for cell in top), len(grid) - 1)
    return 1


def _column_names(header: Grid, columns: int) -> list[str]:
    names = []
    for column in range(columns):
        parts = [_label(cell.text) for cell in _distinct([row[column] for row in header])]
        names.append(" ".join(part for part in parts if part))
    return names


def _row_line(row: Sequence[Cell | None], names: Sequence[str]) -> str:
    parts: list[str] = []
    written: list[Cell] = []
    for cell, name in zip(row, names, strict=True):
        if cell is None or not cell.text or any(cell is known for known in written):
            continue
        written.append(cell)
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


def table_blocks(rows: Sequence[Sequence[Cell]], page: int | None = None) -> list[Block]:
    """Return one block for each row of a table.

    A row that one cell fills is a caption and becomes a paragraph. The first row names the columns if it is
    marked as a heading or its cells are short labels; a row that repeats it is dropped. In a table of facts
    (label, value, label, value) each label leads its value.
    """
    grid = [row for row in _grid(rows) if _distinct(row)]
    blocks: list[Block] = []

    def add(kind: BlockKind, text: str) -> None:
        if text.strip():
            blocks.append(Block(kind, text.strip(), page=page))

    while grid and len(_distinct(grid[0])) == 1:
        add(BlockKind.PARAGRAPH, _distinct(grid.pop(0))[0].text)
    if not grid:
        return blocks
    if _is_pairs(grid):
        for row in grid:
            add(BlockKind.TABLE_ROW, _pair_line(row))
        return blocks
    height = _header_height(grid)
    names = _column_names(grid[:height], len(grid[0]))
    heading = [cell.text for cell in _distinct(grid[0])] if height else None
    for row in grid[height:]:
        cells = _distinct(row)
        if heading and [cell.text for cell in cells] == heading:
            continue
        fills_row = len(cells) == 1 and cells[0] is row[0] and cells[0] is row[-1]
        add(
            BlockKind.PARAGRAPH if fills_row else BlockKind.TABLE_ROW,
            cells[0].text if fills_row else _row_line(row, names),
        )
    return blocks
