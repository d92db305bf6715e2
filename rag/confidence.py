"""Judge a drafted answer: how likely it answers the question, and whether its source hides the figure asked for."""

from __future__ import annotations

import re

from rag.domain import MarkKind
from rag.evidence import Evidence, marks_within
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.forms import Fit
from rag.outline import enumerator
from rag.question import QuestionKind

_NEAR = 500
"""Characters around a unit within which a word that it misses still speaks for the same matter."""
_CLAUSE = re.compile(r"[,，;；。]")
_PLACEHOLDER_FIGURE = re.compile(r"\d|[一二三四五六七八九十百]+[个项所家名人元次岁%]")


def confidence_of(matcher: FocusMatcher, best: Evidence, found: frozenset[str]) -> float:
    """Return, in 0..1, how likely a stretch answers the question.

    The share of the focus covered, where a word that stands only near by counts half, less for the weightiest word
    that stands nowhere near, and less where the form is not the one asked for.
    """
    if not matcher.total:
        return 0.0
    text = best.document.text
    near = matcher.matched(fold(text[max(0, best.start - _NEAR) : best.end + _NEAR])) - found
    missing = matcher.weights.keys() - found - near
    heaviest = max(matcher.weights.values())
    gap = max((matcher.weights[word] for word in missing), default=0.0) / heaviest if heaviest else 0.0
    half = max((matcher.weights[word] for word in near), default=0.0) / heaviest if heaviest else 0.0
    covered = matcher.share(found) + 0.5 * matcher.share(near)
    fits = {Fit.SPECIFIC: 1.0, Fit.GENERAL: 0.9, Fit.NONE: 0.45 if matcher.wants_several else 0.6}[best.fit]
    return max(0.0, min(1.0, covered * (1.0 - 0.4 * gap) * (1.0 - 0.1 * half) * fits))


def hides_figure(matcher: FocusMatcher, piece: Evidence) -> bool:
    """Tell whether the clause that the question is about has a placeholder where its figure was."""
    marks = marks_within(piece.document, piece.start, piece.end, MarkKind.REDACTED)
    if not marks or matcher.question.kind not in (QuestionKind.AMOUNT, QuestionKind.DATE, QuestionKind.PHONE):
        return False
    clauses = _clauses(piece)
    best = max(clauses, key=lambda span: matcher.share(matcher.matched(fold(piece.document.text[span[0] : span[1]]))))
    text = piece.document.text[best[0] : best[1]]
    hidden = [mark for mark in marks if mark.start < best[1] and best[0] < mark.end]
    for mark in hidden:
        text = text.replace(piece.document.text[mark.start : mark.end], " ")
    return bool(hidden) and not _PLACEHOLDER_FIGURE.search(text)


def _clauses(piece: Evidence) -> list[tuple[int, int]]:
    number = enumerator(piece.text)
    spans, start = [], piece.start + (number.length if number else 0)
    for match in _CLAUSE.finditer(piece.document.text, piece.start, piece.end):
        spans.append((start, match.end()))
        start = match.end()
    return [*spans, (start, piece.end)] if start < piece.end else spans
