"""Measure how well a unit of a document answers a question.

The measure is coverage: the share, weighted by idf, of the question's focus words that stand in the unit or in the
headings above it, and the form that the answer must have. It is a documented formula and no learned model, so an
operator can follow why a sentence was chosen; a word that no document has counts fully as missing, which is what
keeps the system from guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.domain import Document, Hit, Mark, MarkKind
from rag.focus import FocusMatcher, told_share
from rag.folding import fold
from rag.forms import Fit, fit
from rag.question import QuestionKind
from rag.scoring import tile
from rag.units import Unit, UnitReader, Window

_LEAD_SHARE = 0.95
_HEADING_SHARE = 0.92
_PATH_SHARE = 0.87
_TITLE_SHARE = 0.85
"""What a word is worth above the sentence: the nearest heading sets the subject nearly as well as the sentence
itself; the title tells less, since every sentence of the document has it."""
_FORM_FITS = 0.25
_FORM_NEARLY = -0.05
_FORM_MISSING = -0.25
ANNOUNCED = 0.3
"""The heading above names what is asked for (申领时间 above a date)."""
_PREAMBLE_LOSS = 0.3
"""Opening, closing and lead-in sentences repeat the subject and say nothing about it."""
_OWN_BONUS = 0.05
_HIT_BONUS = 0.15
_DOCUMENT_BONUS = 0.7
"""Weights of how well retrieval ranked the passage, and the best passage of its document: ranking has read the documents
as a whole, and a sentence that fits by chance in the fifth of them is seldom the answer."""
_WINDOWS = 12
_TILE = 0.12
"""Weight of long runs of characters that question and unit share: 普通门诊 together tells more than 普通 and 门诊."""
_HEADING_TOLD = 0.1
"""A heading that says nothing but what was asked for (转诊) fits better than one that says more."""
_MOSTLY = 0.5
_HIDDEN_LOSS = 0.1
"""A sentence that states its figures is preferred to one of the same fit that hides one."""
_LONG = 160
_LONG_LOSS = 0.1
"""Sentences of more than 160 characters have most words by their length alone."""
_NAME = re.compile(r"《[^》]{4,}》")
LONGEST_LINE = 320
"""Characters of a paragraph that is shown whole where a list was asked for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a document and how it fits. ``coverage`` is in 0..1; ``rank`` orders stretches, higher is better."""

    document: Document
    start: int
    end: int
    coverage: float
    rank: float
    own: float
    """Share of the focus found in the stretch itself, 0..1."""
    found: frozenset[str] = frozenset()
    """Focus words found in the stretch or above it."""
    fit: Fit = Fit.SPECIFIC
    announced: bool = False
    unit: Unit | None = None
    span: tuple[int, int] | None = None
    """Where in the document's text the words stand that answer, inside ``start..end``; None where all of it does."""

    @property
    def text(self) -> str:
        """The stretch, verbatim."""
        return self.document.text[self.start : self.end]

    def overlaps(self, kind: MarkKind) -> bool:
        """True if a mark of this kind touches the stretch."""
        return bool(marks_within(self.document, self.start, self.end, kind))


def windows_of(hits: Sequence[Hit], reader: UnitReader) -> Iterator[tuple[Window, float]]:
    """Yield each stretch to read once, with the score of its best hit as a share of the best of all."""
    best = max((hit.score for hit in hits), default=1.0) or 1.0
    seen: set[tuple[str, int, int]] = set()
    for hit in hits:
        window = reader.window(hit.document, hit.chunk)
        key = (hit.document.document_id, window.start, window.end)
        if key not in seen:
            seen.add(key)
            yield window, max(hit.score / best, 0.0)
        if len(seen) == _WINDOWS:
            return


def sentence_evidence(matcher: FocusMatcher, windows: Sequence[tuple[Window, float]]) -> list[Evidence]:
    """Return every unit of the windows, best first."""
    found: dict[tuple[str, int, int], Evidence] = {}
    for (window, _), bonus in zip(windows, hit_bonuses(windows), strict=True):
        title = matcher.matched(title_text(window.document))
        for unit in window.units:
            key = (window.document.document_id, unit.start, unit.end)
            # The lists have their lead-in lines; for a question that asks for one they are no answer by themselves.
            listed = unit.is_lead and matcher.question.kind is QuestionKind.LIST
            if key not in found and not listed and _promises(matcher, unit):
                found[key] = _measure(matcher, window.document, unit, title, bonus)
    return sorted(found.values(), key=lambda piece: (-piece.rank, piece.start))


def hit_bonuses(windows: Sequence[tuple[Window, float]]) -> list[float]:
    """Return what it counts in the rank of all that stands in each window how well retrieval ranked it."""
    best: dict[str, float] = {}
    for window, score in windows:
        document = window.document.document_id
        best[document] = max(score, best.get(document, 0.0))
    return [_HIT_BONUS * score + _DOCUMENT_BONUS * best[window.document.document_id] for window, score in windows]


def _promises(matcher: FocusMatcher, unit: Unit) -> bool:
    """True for a unit worth measuring: the subject, or the kind of answer, stands in it or right above it."""
    heading = unit.path[-1] if unit.path else ""
    return bool(
        matcher.matched(unit.folded)
        or matcher.matched(heading)
        or matcher.matched(unit.lead)
        or matcher.announced(heading)
        or matcher.announced(unit.lead)
    )


def title_text(document: Document) -> str:
    """Return what names a document, folded: its title and its number."""
    return fold(f"{document.title} {document.document_number or ''}")


def value(
    matcher: FocusMatcher,
    own: frozenset[str],
    above: tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]],
) -> tuple[float, frozenset[str]]:
    """Return the worth of focus words by where they stand, and all that stand anywhere.

    ``above`` are those of the lead-in line, the nearest heading, the headings above that, and the title.
    """
    worth, seen = matcher.share(own), own
    for words_there, share in zip(above, (_LEAD_SHARE, _HEADING_SHARE, _PATH_SHARE, _TITLE_SHARE), strict=True):
        worth += share * matcher.share(words_there - seen)
        seen |= words_there
    return worth, seen


def _measure(matcher: FocusMatcher, document: Document, unit: Unit, title: frozenset[str], bonus: float) -> Evidence:
    # The title of another text in a sentence names that text; the sentence is not about its subject.
    told = _NAME.sub("《》", unit.folded) if "《" in unit.folded else unit.folded
    own = matcher.matched(told)
    heading = unit.path[-1] if unit.path else ""
    above = (
        matcher.matched(unit.lead),
        matcher.matched(heading),
        matcher.matched(" ".join(unit.path[:-1])),
        title,
    )
    worth, found = value(matcher, own, above)
    kind = matcher.question.kind
    headed = told_share(above[1], heading)
    redacted = bool(marks_within(document, unit.start, unit.end, MarkKind.REDACTED))
    form = fit(kind, matcher.specific, _shown(document, unit) if kind is QuestionKind.LIST else unit.folded, redacted)
    if form is Fit.NONE and kind is QuestionKind.LIST and not matcher.wants_several:
        form = Fit.GENERAL
    announced = matcher.announced(heading) or matcher.announced(unit.lead)
    rank = (
        worth
        + {Fit.SPECIFIC: _FORM_FITS, Fit.GENERAL: _FORM_NEARLY, Fit.NONE: _FORM_MISSING}[form]
        + (ANNOUNCED if announced else 0.0)
        - (_PREAMBLE_LOSS if unit.preamble or (unit.is_lead and not _counted(matcher)) else 0.0)
        - (_HIDDEN_LOSS if redacted else 0.0)
        - (_LONG_LOSS if unit.end - unit.start > _LONG else 0.0)
        + _HEADING_TOLD * (headed if headed >= _MOSTLY else 0.0)
        + (_TILE * tile(matcher.compact, told) if own else 0.0)
        + _OWN_BONUS * matcher.share(own)
        + bonus
    )
    return Evidence(
        document, unit.start, unit.end, matcher.share(found), rank, matcher.share(own), found, form, announced, unit
    )


def _shown(document: Document, unit: Unit) -> str:
    """Where a list is asked for, a sentence is shown with its line, so the line must have the form."""
    whole = unit.line_end - unit.line_start <= LONGEST_LINE
    return fold(document.text[unit.line_start : unit.line_end]) if whole else unit.folded


def _counted(matcher: FocusMatcher) -> bool:
    """True where a lead-in line can be the answer: how many items there are, or whether and who by a list."""
    return matcher.question.kind in (
        QuestionKind.AMOUNT,
        QuestionKind.PERSON,
        QuestionKind.PROCEDURE,
        QuestionKind.MATERIALS,
    )


def marks_within(document: Document, start: int, end: int, kind: MarkKind) -> list[Mark]:
    """Return the marks of one kind that touch ``document.text[start:end]``."""
    return [mark for mark in document.marks if mark.kind is kind and mark.start < end and start < mark.end]
