"""Find tables by their ruling lines, and put the characters of a page into their cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.loaders.lines import join
from ingest.loaders.tables import Cell, table_blocks

_TOUCH = 3.0
"""Points by which rulings may miss each other and still belong together."""
_MAX_LINES = 400
"""Rulings of one direction on a page; what has more is a drawing."""
_MAX_FIELDS = 10_000
_LEAST_CELLS = 3
_FILLED_SHARE = 0.4
"""Of the cells. The grid of a chart is mostly empty, a table is not."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: ``at`` is its height (horizontal) or its distance from the left, in points."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Character:
    """A character, or what PDFium wrote for one, with the middle of its box; white space has none."""

    text: str
    middle: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table's rows, and where its columns begin and end, in points."""

    rows: tuple[tuple[Cell, ...], ...]
    edges: tuple[float, ...]
    page: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """Column edges from the left, row edges from the bottom, and the cell that each field belongs to."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owner: dict[tuple[int, int], tuple[int, int]]

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        if not (self.xs[0] < x < self.xs[-1] and self.ys[0] < y < self.ys[-1]):
            return None
        return self.owner[bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1]


def _merged(lines: Iterable[Ruling]) -> list[Ruling]:
    """Join pieces of one line: borders are drawn cell by cell, and dashed lines dash by dash."""
    merged: list[Ruling] = []
    for line in sorted(lines, key=lambda line: (round(line.at / _TOUCH), line.start)):
        last = merged[-1] if merged else None
        if last and abs(last.at - line.at) <= _TOUCH and line.start <= last.end + _TOUCH:
            merged[-1] = Ruling(last.horizontal, last.at, last.start, max(last.end, line.end))
        else:
            merged.append(line)
    return merged


def _cross(across: Ruling, down: Ruling) -> bool:
    return (
        across.start - _TOUCH <= down.at <= across.end + _TOUCH
        and down.start - _TOUCH <= across.at <= down.end + _TOUCH
    )


def _connected(across: Sequence[Ruling], down: Sequence[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Return the groups of lines that cross each other, directly or through others."""
    left_across, left_down = set(range(len(across))), set(range(len(down)))
    groups = []
    while left_across:
        todo, rows, columns = [left_across.pop()], [], []
        while todo:
            row = todo.pop()
            rows.append(across[row])
            for column in [at for at in left_down if _cross(across[row], down[at])]:
                left_down.discard(column)
                columns.append(down[column])
                reached = {at for at in left_across if _cross(across[at], down[column])}
                left_across -= reached
                todo.extend(reached)
        groups.append((rows, columns))
    return groups


def _edges(values: Iterable[float]) -> tuple[float, ...]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _TOUCH:
            edges.append(value)
    return tuple(edges)


def _grid(across: Sequence[Ruling], down: Sequence[Ruling]) -> _Grid | None:
    """Return the grid of one group of lines, or None where it is no table of whole rectangular cells.

    Fields without a line between them are one cell. The ends of the lines close a table that is open at a side.
    """
    xs = _edges([line.at for line in down] + [edge for line in across for edge in (line.start, line.end)])
    ys = _edges([line.at for line in across] + [edge for line in down for edge in (line.start, line.end)])
    if len(xs) < 3 or len(ys) < 2 or len(xs) * len(ys) > _MAX_FIELDS:
        return None

    def ruled(lines: Sequence[Ruling], at: float, middle: float) -> bool:
        return any(abs(line.at - at) <= _TOUCH and line.start < middle < line.end for line in lines)

    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            owner[row, column] = (row, column)
            if column and not ruled(down, xs[column], (ys[row] + ys[row + 1]) / 2):
                owner[row, column] = owner[row, column - 1]
            if row and not ruled(across, ys[row], (xs[column] + xs[column + 1]) / 2):
                below = owner[row - 1, column]
                here = owner[row, column]
                if here not in {(row, column), below}:
                    return None  # an L: fields that merge leftwards into one cell and downwards into another
                owner[row, column] = below
    fields: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, cell in owner.items():
        fields.setdefault(cell, []).append(place)
    for places in fields.values():
        rows, columns = [row for row, _ in places], [column for _, column in places]
        if (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) != len(places):
            return None
    return _Grid(xs, ys, owner)


def _rows(grid: _Grid, texts: dict[tuple[int, int], str]) -> tuple[tuple[Cell, ...], ...]:
    spans: dict[tuple[int, int], list[int]] = {}
    for (row, column), cell in grid.owner.items():
        span = spans.setdefault(cell, [row, row, column, column])
        span[0], span[1] = min(span[0], row), max(span[1], row)
        span[2], span[3] = min(span[2], column), max(span[3], column)
    rows = []
    for row in range(len(grid.ys) - 2, -1, -1):
        begun = [(low, cell) for cell, (_, high, low, _) in spans.items() if high == row]
        rows.append(
            tuple(
                Cell(texts.get(cell, ""), spans[cell][3] - spans[cell][2] + 1, spans[cell][1] - spans[cell][0] + 1)
                for _, cell in sorted(begun)
            )
        )
    return tuple(rows)


def _cell_text(text: str) -> str:
    whole = ""
    for line in text.splitlines():
        whole = join(whole, line.strip())
    return " ".join(whole.split())


def _grids(rulings: Sequence[Ruling]) -> list[_Grid]:
    """Return the grids that the ruling lines of a page make."""
    across = _merged(line for line in rulings if line.horizontal)
    down = _merged(line for line in rulings if not line.horizontal)
    if max(len(across), len(down)) > _MAX_LINES:
        return []
    found = [_grid(*group) for group in _connected(across, down)]
    return [grid for grid in found if grid is not None]


def with_tables(characters: Sequence[Character], rulings: Sequence[Ruling], page: int) -> list[str | RuledTable]:
    """Return a page's text with each ruled table in the place of its first character.

    Every character comes out once: in the cell that its middle lies in, or in the text. A grid with few filled
    cells stays text.
    """
    found = _grids(rulings)
    places: list[tuple[int, tuple[int, int]] | None] = []
    for character in characters:
        if character.middle is None:
            places.append(places[-1] if places else None)
            continue
        x, y = character.middle
        hits = ((at, grid.cell(x, y)) for at, grid in enumerate(found))
        places.append(next(((at, cell) for at, cell in hits if cell is not None), None))
    cells: list[dict[tuple[int, int], str]] = [{} for _ in found]
    for character, place in zip(characters, places, strict=True):
        if place is not None:
            at, cell = place
            cells[at][cell] = cells[at].get(cell, "") + character.text
    tables: dict[int, RuledTable] = {}
    for at, (grid, raw) in enumerate(zip(found, cells, strict=True)):
        texts = {cell: text for cell, written in raw.items() if (text := _cell_text(written))}
        if len(texts) >= max(_LEAST_CELLS, _FILLED_SHARE * len(set(grid.owner.values()))):
            tables[at] = RuledTable(_rows(grid, texts), grid.xs, page)
    parts: list[str | RuledTable] = [""]
    written_tables: set[int] = set()
    for character, place in zip(characters, places, strict=True):
        if place is None or place[0] not in tables:
            parts[-1] = f"{parts[-1]}{character.text}"
        elif place[0] not in written_tables:
            written_tables.add(place[0])
            parts += [tables[place[0]], ""]
    return parts


def _names_columns(head: Sequence[Cell], first: RuledTable) -> bool:
    """Tell whether the rows of a table carry the texts of ``head`` as names."""
    return len(head) > 1 and len(table_blocks(first.rows)) < len(
        [row for row in first.rows if any(c.text for c in row)]
    )


def _same_columns(table: RuledTable, other: RuledTable) -> bool:
    return len(table.edges) == len(other.edges) and all(
        abs(one - two) <= _TOUCH for one, two in zip(table.edges, other.edges, strict=True)
    )


def continued(table: RuledTable, before: RuledTable | None) -> RuledTable:
    """Return a table with the heading row of the one that ends the page before, if it has the same columns."""
    if before is None or before.page + 1 != table.page or not _same_columns(table, before):
        return table
    head = next((row for row in before.rows if len([cell for cell in row if cell.text]) > 1), ())
    if not _names_columns(head, before) or any(cell.rowspan > 1 for cell in head):
        return table
    return RuledTable((head, *table.rows), table.edges, table.page)


def has_grid(rulings: Sequence[Ruling]) -> bool:
    """Tell whether ruling lines make a table at all."""
    return bool(_grids(rulings))
