"""Tell the lines of tables from prose, in the forms in which loaders write them, and cut rows into cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CELL_NAME = re.compile(r"([^：:；。，]{1,40}): ?")
"""What leads a cell in the lines that loaders write for table rows (``column: cell；column: cell``)."""
_SPACED_NAME = re.compile(r"(?:(?<=\s)|^|(?<=[)）]))([^：:\s；。，)）]{1,20})：(?=\S)")
"""What leads a cell where a PDF's table came without rules: ``column：cell column：cell``."""
_FEWEST_NAMED, _FEWEST_SPACED = 2, 3
_CELL = re.compile(r"\S+")
_FIGURE_CELL = re.compile(r"\d(?!\d{3}年)")
"""A cell with a figure; a year stands in the header of a table."""
_FEWEST_CELLS = 3


def row_parts(line: str) -> list[tuple[str, int, int]]:
    """Return the cells of a table row that is written with its column names: name, start and end in the line.

    A cell may hold semicolons of its own, and one without a name belongs to the one before it. Empty for other lines.
    """
    found: list[tuple[str, int, int]] = []
    position = 0
    for part in line.split("；"):
        name = _CELL_NAME.match(part)
        end = position + len(part)
        if name is not None and name.end() < len(part):
            found.append((name[1].strip(), position + name.end(), end))
        elif found:
            found[-1] = (*found[-1][:2], end)
        else:
            found.append(("", position, end))
        position = end + 1
    if sum(bool(name) for name, *_ in found) >= _FEWEST_NAMED and _is_written_row(line, found):
        return found
    names = list(_SPACED_NAME.finditer(line))
    if len(names) < _FEWEST_SPACED or names[0].start() or "。" in line:
        return []
    ends = [*(name.start() for name in names[1:]), len(line)]
    return [
        (name[1], name.end(), name.end() + len(line[name.end() : end].rstrip()))
        for name, end in zip(names, ends, strict=True)
    ]


def _is_written_row(line: str, found: Sequence[tuple[str, int, int]]) -> bool:
    """Tell a row from prose with colons and semicolons: the loaders write an ASCII colon with a space behind it."""
    return all(line[start - 2 : start] == ": " or start == 0 for name, start, _ in found if name) or all(
        name and "。" not in line[start:end] for name, start, end in found
    )


def is_table_line(line: str) -> bool:
    """True for a line of a table that a PDF left without rules: short cells with spaces between, some with figures."""
    cells = _CELL.findall(line)
    return (
        len(cells) >= _FEWEST_CELLS
        and len(line) <= 120
        and "。" not in line
        and any(_FIGURE_CELL.match(cell) for cell in cells[1:])
    )


def is_header_line(line: str) -> bool:
    """True for a line of short cells with spaces between that may name the columns below it."""
    cells = _CELL.findall(line)
    return len(cells) >= _FEWEST_CELLS and len(line) <= 80 and not any(mark in line for mark in "。；：，:,")
