"""Answer with the sources' own words: choose a list or some sentences, and quote them.

Nothing is written here that does not stand in a document. A question for a list gets the whole list under its
heading, complete and in order; any other question gets the sentence that covers it best, and what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.confidence import confidence_of
from rag.domain import Hit, MarkKind
from rag.evidence import LONGEST_LINE, Evidence, sentence_evidence, windows_of
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.lists import ListFinder, RankedList
from rag.outline import enumerator, list_items, run_below, sentences
from rag.question import QuestionKind
from rag.settings import AnsweringSettings
from rag.units import UnitReader

_CLOSE = 0.92
"""A further sentence is shown if its rank is at least this share of the best one's."""
_LIST_AHEAD = 0.3
"""A list is preferred to one of its own items up to this difference of rank."""
_SURER = 0.2
_SAME_QUESTION = 0.8
_SHORT = 12
_BEHIND = 2
_LONGEST_HEADLINE = 28
_WHOLE = (QuestionKind.LIST, QuestionKind.PROCEDURE, QuestionKind.MATERIALS)
"""Kinds whose answer is a list as a whole: one step or one paper of several is no answer."""
_LISTED = (*_WHOLE, QuestionKind.PERSON, QuestionKind.PLACE)


@dataclass(frozen=True, slots=True)
class Draft:
    """Stretches of one or more documents chosen as an answer, in order; ``levels`` are their list levels."""

    pieces: tuple[Evidence, ...]
    levels: tuple[int, ...]
    best: Evidence
    """What the answer rests on: the best sentence, or the list as a whole."""
    confidence: float
    """0..1: how likely this answers the question."""
    rank: float
    total_items: int | None = None
    leads: int = 0
    """Leading pieces that announce the list and are no items of it."""


class Extractor:
    """Drafts answers from hits; keeps what it read of each document. Safe to use from several threads."""

    def __init__(self, settings: AnsweringSettings) -> None:
        self._settings = settings
        self._reader = UnitReader()
        self._lists = ListFinder()

    def draft(self, matcher: FocusMatcher, hits: Sequence[Hit]) -> Draft | None:
        """Return the best answer that the hits' documents hold, however poor; None if they hold no usable text."""
        windows = list(windows_of(hits, self._reader))
        ranked = sentence_evidence(matcher, windows)
        listed = self._lists.best(matcher, windows) if matcher.question.kind in _LISTED else None
        spoken = self._sentences(matcher, ranked) if ranked else None
        if listed is None or (spoken is not None and not _list_wins(listed, spoken.best, matcher.question.kind)):
            return spoken
        whole = self._whole_list(matcher, listed)
        # A list about half of the question is no answer where a sentence is about all of it.
        return spoken if spoken is not None and spoken.confidence > whole.confidence + _SURER else whole

    def _whole_list(self, matcher: FocusMatcher, listed: RankedList) -> Draft:
        entry, best = listed.found, listed.evidence
        shown = entry.items[: self._settings.max_list_items]
        pieces = [replace(best, start=item.start, end=item.end) for item in shown]
        levels = [item.level for item in shown]
        leads = 0
        if entry.lead_line is not None:
            pieces.insert(0, replace(best, start=entry.lead_line[0], end=entry.lead_line[1]))
            levels = [0, *(level + 1 for level in levels)]
            leads = 1
        confident = confidence_of(matcher, best, best.found)
        return Draft(tuple(pieces), tuple(levels), best, confident, best.rank, len(entry.items), leads)

    def _sentences(self, matcher: FocusMatcher, ranked: Sequence[Evidence]) -> Draft:
        best = ranked[0]
        confident = confidence_of(matcher, best, best.found)
        below = _list_below(best, confident, self._settings.max_list_items)
        if below is not None:
            return below
        chosen = [best]
        whole = matcher.question.kind in _WHOLE or _answers_heading(matcher, best)
        if whole or best.end - best.start < _SHORT or _is_headline(best):
            chosen = _with_line(best)
        if len(chosen) == 1:
            chosen += self._further(best, ranked[1:])
        chosen = chosen[: self._settings.max_statements]
        return Draft(tuple(chosen), (0,) * len(chosen), best, confident, best.rank)

    def _further(self, best: Evidence, others: Sequence[Evidence]) -> list[Evidence]:
        """Return sentences below the same heading that fit nearly as well, and add something."""
        seen = {fold(best.text)}
        further = []
        for piece in others:
            if piece.rank < _CLOSE * best.rank:
                break
            same_place = (
                piece.document is best.document and piece.unit and best.unit and piece.unit.path == best.unit.path
            )
            if same_place and piece.fit is best.fit and piece.own >= best.own and fold(piece.text) not in seen:
                seen.add(fold(piece.text))
                further.append(piece)
        return sorted(further[: self._settings.max_statements - 1], key=lambda piece: piece.start)


def _list_wins(listed: RankedList, sentence: Evidence, kind: QuestionKind) -> bool:
    entry = listed.found
    inside = sentence.document is entry.document and entry.start <= sentence.start < entry.end
    if inside and kind in _WHOLE:
        return listed.evidence.rank >= sentence.rank - _LIST_AHEAD
    # One item may be the whole answer to who and where; the list is, if the item has nothing that the heading lacks.
    if inside and sentence.found <= listed.evidence.found and sentence.own <= listed.evidence.own:
        return listed.evidence.rank >= sentence.rank - _LIST_AHEAD
    return listed.evidence.rank >= sentence.rank


def _list_below(lead: Evidence, confident: float, most: int) -> Draft | None:
    """A sentence that ends in a colon announces a list: return it with the whole list below."""
    if lead.text[-1] not in "：:":
        return None
    text = lead.document.text
    stop = run_below(text, lead.end, len(text))
    items = list_items(text, lead.end, stop) if stop > lead.end else []
    if not items:
        return None
    pieces = [replace(lead, start=item.start, end=item.end) for item in items[:most]]
    levels = [item.level + 1 for item in items[:most]]
    return Draft((lead, *pieces), (0, *levels), lead, confident, lead.rank, len(items), 1)


def _answers_heading(matcher: FocusMatcher, best: Evidence) -> bool:
    """True where the heading asks nearly the same question: the whole answer below it is the answer."""
    heading = best.unit.path[-1] if best.unit and best.unit.path else ""
    return heading.endswith("?") and matcher.share(matcher.matched(heading)) >= _SAME_QUESTION


def _with_line(best: Evidence) -> list[Evidence]:
    """Return a sentence with the others of its line, in order; of a long line only those right behind it."""
    unit = best.unit
    if unit is None or unit.is_row:
        return [best]
    if _is_headline(best):
        return [best, *_told_below(best, unit.line_end)]
    whole = unit.line_end - unit.line_start <= LONGEST_LINE
    spans = sentences(best.document.text, unit.line_start if whole else best.end, unit.line_end)
    others = [replace(best, start=start, end=end) for start, end in spans if start != best.start]
    others = [piece for piece in others if not piece.overlaps(MarkKind.GARBLED)]
    if not whole:
        others = others[:_BEHIND] if best.end - best.start < _SHORT else []
    return sorted([best, *others], key=lambda piece: piece.start)


def _is_headline(piece: Evidence) -> bool:
    """True for the first sentence of a numbered paragraph that only names its matter (五是提升保障水平)."""
    return piece.end - piece.start <= _LONGEST_HEADLINE and enumerator(piece.text) is not None


def _told_below(headline: Evidence, line_end: int) -> Iterator[Evidence]:
    """Yield what a headline's own paragraph goes on to say, up to the next number."""
    for start, end in sentences(headline.document.text, headline.end, line_end):
        piece = replace(headline, start=start, end=end)
        if enumerator(piece.text) is not None or piece.overlaps(MarkKind.GARBLED):
            return
        yield piece


def statement_text(text: str) -> str:
    """Return how a quoted stretch is shown: on one line, without the enumerator, which the list supplies."""
    found = enumerator(text)
    bare = text[found.length :] if found and found.family not in ("article", "chapter", "part", "division") else text
    return " ".join(bare.split())
