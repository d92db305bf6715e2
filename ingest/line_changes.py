"""Compare two texts line by line, and inside the lines that changed: small enough to read, bounded in time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.sequence_matching import matching_runs
from rag.folding import fold
from rag.outline import enumerator

_MOST_LINE_PAIRS = 2_500
"""Product of two numbers of lines up to which each line is compared with each."""
_SAME_LINE = 0.5
"""Dice overlap of character pairs from which a line is the other one changed, rather than another line."""
_SHORTEST_SAME = 2
"""Tokens that a stretch between two changes must have to be shown as unchanged: single characters only confuse."""
_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)


class PieceStatus(StrEnum):
    """What became of a stretch of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class LineStatus(StrEnum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENUMBERED = "renumbered"
    """Nothing but the number in front of it is another one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a changed line."""

    status: PieceStatus
    text: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that differs.

    ``pieces`` without the removed ones give the line after, character for character; without the added ones the line
    before, up to script, width and capitals.
    """

    status: LineStatus
    before: str
    """Empty for an added line."""
    after: str
    """Empty for a removed line."""
    pieces: tuple[Piece, ...]

    def excerpt(self, context: int = 24) -> tuple[Piece, ...]:
        """Return the pieces with unchanged stretches cut down to ``context`` characters beside a change."""
        if len(self.pieces) < 2:
            return self.pieces
        last = len(self.pieces) - 1
        return tuple(
            Piece(piece.status, _shortened(piece.text, context if n else 0, context if n < last else 0))
            if piece.status is PieceStatus.SAME
            else piece
            for n, piece in enumerate(self.pieces)
        )

    def to_json(self) -> dict[str, object]:
        """Return plain values for JSON."""
        whole, excerpt = (
            [{"status": piece.status.value, "text": piece.text} for piece in pieces]
            for pieces in (self.pieces, self.excerpt())
        )
        return {
            "status": self.status.value,
            "before": self.before,
            "after": self.after,
            "pieces": whole,
            "excerpt": excerpt,
        }


def _shortened(text: str, front: int, back: int) -> str:
    if len(text) <= front + back + 1:
        return text
    return f"{text[:front]}…{text[len(text) - back :]}"


def line_changes(before: Sequence[str], after: Sequence[str]) -> tuple[LineChange, ...]:
    """Return the lines that differ, in reading order; what was removed stands before what was added in its place.

    Script, width, capitals and white space make no difference.
    """
    old_keys, new_keys = [_key(_unnumbered(line)) for line in before], [_key(_unnumbered(line)) for line in after]
    changes: list[LineChange] = []
    old_at = new_at = 0
    for old, new, size in (*matching_runs(old_keys, new_keys), (len(before), len(after), 0)):
        changes.extend(_replaced(before[old_at:old], after[new_at:new]))
        changes.extend(
            changed_line(before[old + n], after[new + n])
            for n in range(size)
            if _key(before[old + n]) != _key(after[new + n])
        )
        old_at, new_at = old + size, new + size
    return tuple(changes)


def _key(line: str) -> str:
    return "".join(fold(line).split())


def _unnumbered(line: str) -> str:
    found = enumerator(line)
    return line[found.length :] if found else line


def _replaced(before: Sequence[str], after: Sequence[str]) -> Iterator[LineChange]:
    """Yield the changes of one stretch that has no line in common, a line and what it became as one."""
    pairs = dict(_pairs(before, after))
    shown = 0
    for n, line in enumerate(before):
        if n not in pairs:
            yield LineChange(LineStatus.REMOVED, line, "", (Piece(PieceStatus.REMOVED, line),))
            continue
        yield from map(_added, after[shown : pairs[n]])
        yield changed_line(line, after[pairs[n]])
        shown = pairs[n] + 1
    yield from map(_added, after[shown:])


def _added(line: str) -> LineChange:
    return LineChange(LineStatus.ADDED, "", line, (Piece(PieceStatus.ADDED, line),))


def changed_line(before: str, after: str) -> LineChange:
    """Return a line and what it became as one change."""
    renumbered = _key(_unnumbered(before)) == _key(_unnumbered(after))
    status = LineStatus.RENUMBERED if renumbered else LineStatus.CHANGED
    return LineChange(status, before, after, tuple(pieces_of(before, after)))


def _pairs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pair lines that are alike, in order on both sides, so that the sum of their likeness is greatest."""
    if not before or not after:
        return []
    old, new = [_pairs_of_characters(line) for line in before], [_pairs_of_characters(line) for line in after]
    if len(old) * len(new) > _MOST_LINE_PAIRS:
        # Too many to compare each with each: a table whose every figure changed keeps its rows in order.
        aligned = zip(range(len(old)), range(len(new)), strict=False)
        return [(i, j) for i, j in aligned if _dice(old[i], new[j]) >= _SAME_LINE]
    likeness = [[share if (share := _dice(a, b)) >= _SAME_LINE else 0.0 for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _pairs_of_characters(line: str) -> frozenset[str]:
    return frozenset(line[n : n + 2] for n in range(max(len(line) - 1, 1)))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def pieces_of(before: str, after: str) -> Iterator[Piece]:
    """Yield what stayed, went and came between two states of a line; words and figures are never cut."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    common = matching_runs([fold(token) for token in old], [fold(token) for token in new])
    runs = [run for run in common if _is_kept(run, len(old), len(new))]
    old_at = new_at = 0
    for i, j, size in (*runs, (len(old), len(new), 0)):
        for status, tokens in (
            (PieceStatus.REMOVED, old[old_at:i]),
            (PieceStatus.ADDED, new[new_at:j]),
            (PieceStatus.SAME, new[j : j + size]),
        ):
            if tokens:
                yield Piece(status, "".join(tokens))
        old_at, new_at = i + size, j + size


def _is_kept(run: tuple[int, int, int], old: int, new: int) -> bool:
    i, j, size = run
    at_an_end = (i == 0 and j == 0) or (i + size == old and j + size == new)
    return size >= _SHORTEST_SAME or at_an_end
