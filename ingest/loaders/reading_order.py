"""Put recognised pieces of text into the order in which a page is read: columns, lines, paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.loaders.page_text import Line

_ROW_OVERLAP = 0.5
"""Of the lower of two pieces' heights; as much stands side by side in one line."""
_INDENT = (1.2, 4.0)
"""In heights of a line: two characters are set in, with a tolerance; more is a centred title or another column."""
_APART = 1.6
"""A gap between lines, in usual gaps, that only a new paragraph, a footer or a table has."""
_LEAST_LINES = 4
"""In each of two columns."""
_FULL_SHARE = 0.6
"""Of its column's width that the usual line of running text fills. Cells of a table are mostly shorter."""
_SPANNING_SHARE = 0.25
"""Of the lines that may run over both columns: titles and such."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of recognised text, upright: its box in pixels from the upper left corner, and a score from 0 to 1."""

    text: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Return the height in pixels."""
        return self.bottom - self.top


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.top + piece.bottom):
        last = rows[-1][-1] if rows else None
        if last is not None:
            shared = min(last.bottom, piece.bottom) - max(last.top, piece.top)
            if shared > _ROW_OVERLAP * min(last.height, piece.height):
                rows[-1].append(piece)
                continue
        rows.append([piece])
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def _is_column(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < _LEAST_LINES:
        return False
    width = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    return median(piece.right - piece.left for piece in pieces) >= _FULL_SHARE * width


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Return where two columns of running text part, or None for a page of one column or a table."""
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    width = right - left
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        at = left + width * step / 100
        crossing = sum(piece.left < at < piece.right for piece in pieces)
        nearness = abs(step - 50)
        if best is None or (crossing, nearness) < (best[0], abs((best[1] - left) / width * 100 - 50)):
            best = (crossing, at)
    if best is None or best[0] > _SPANNING_SHARE * len(pieces):
        return None
    first = [piece for piece in pieces if piece.right <= best[1]]
    second = [piece for piece in pieces if piece.left >= best[1]]
    return best[1] if _is_column(first) and _is_column(second) else None


def _columns(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return runs of pieces in reading order: left before right, parted by what spans both columns."""
    gutter = _gutter(pieces) if len(pieces) >= 2 * _LEAST_LINES else None
    if gutter is None:
        return [list(pieces)]
    runs: list[list[Piece]] = []
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    spanning: list[Piece] = []

    for piece in sorted(pieces, key=lambda piece: piece.top):
        if piece.left < gutter < piece.right:
            runs += [side for side in sides if side]
            sides = ([], [])
            spanning.append(piece)
        else:
            if spanning:
                runs.append(spanning)
                spanning = []
            sides[piece.left >= gutter].append(piece)
    return [*runs, *([spanning] if spanning else []), *(side for side in sides if side)]


def _run_lines(pieces: Sequence[Piece], page: int) -> list[Line]:
    rows = _rows(pieces)
    margin = sorted(row[0].left for row in rows)[len(rows) // 10]
    pitches = [later[0].top - earlier[0].top for earlier, later in pairwise(rows)]
    usual = median(pitches) if pitches else 0.0
    lines = []
    for at, row in enumerate(rows):
        height = median(piece.height for piece in row)
        indent = (row[0].left - margin) / max(1.0, height)
        apart = at > 0 and pitches[at - 1] > _APART * usual
        text = " ".join(piece.text.strip() for piece in row)
        lines.append(Line(text, page, indented=_INDENT[0] <= indent <= _INDENT[1], apart=apart))
    return lines


def reading_order(pieces: Sequence[Piece], page: int) -> list[Line]:
    """Return the lines of a page as they are read: top to bottom, two columns of running text one after the other.

    Pieces side by side in one column are one line with spaces between them, so the rows of a table stay together.
    """
    return [line for run in _columns(pieces) for line in _run_lines(run, page)] if pieces else []
