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
from rag.lists import FoundList, ListFinder, RankedList
from rag.outline import enumerator, list_items, run_below, sentences
from rag.question import QuestionKind
from rag.quoting import marked, quoted_around
from rag.settings import AnsweringSettings
from rag.spans import ChosenSpan, SpanModel, shipped_spans
from rag.table_cells import cell_for
from rag.units import UnitReader, Window

_CLOSE = 0.92
"""A further sentence is shown if its rank is at least this share of the best one's."""
_LIST_AHEAD = 0.3
"""A list is preferred to one of its own items up to this difference of rank."""
_SURER = 0.2
_SURE = 0.75
"""From this chance on a sentence is preferred to a list that it is no part of and whose heading tells less than all."""
_ALL = 0.95
_HOPELESS = 0.25
"""Below this confidence of its best sentence a draft is shown to nobody, so its words need not be chosen with care."""
_HIT_SHARE = 0.8
"""What the score of a document's best passage counts in the rank of a draft. It compares documents that were drafted
apart from each other; inside one draft every passage was weighed already."""
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
    """Orders drafts of one question, higher is better: the best sentence's by the formula, or the list's, and how well
    retrieval ranked the document."""
    total_items: int | None = None
    leads: int = 0
    """Leading pieces that announce the list and are no items of it."""
    chance: float = 0.0
    """How likely the best sentence holds the answer, 0..1, by the learned model; 0 for a list as a whole."""
    agreement: float = 0.0
    """Predicted F1 of the characters of the marked words and the answer, about 0..1; 0 where nothing is marked."""


class Extractor:
    """Drafts answers from hits; keeps what it read of each document. Safe to use from several threads."""

    def __init__(self, settings: AnsweringSettings, spans: SpanModel | None = None) -> None:
        """Choose words with ``spans``, or with the model that ships."""
        self._settings = settings
        self._spans = spans or shipped_spans()
        self._reader = UnitReader()
        self._lists = ListFinder()

    def draft(self, matcher: FocusMatcher, hits: Sequence[Hit]) -> Draft | None:
        """Return the best answer that the hits' documents hold, however poor; None if they hold no usable text."""
        drafted = self._draft(matcher, list(windows_of(hits, self._reader)))
        if drafted is None:
            return None
        score = max(
            (hit.score for hit in hits if hit.document.document_id == drafted.best.document.document_id), default=0.0
        )
        return replace(drafted, rank=drafted.rank + _HIT_SHARE * score)

    def _draft(self, matcher: FocusMatcher, windows: Sequence[tuple[Window, float]]) -> Draft | None:
        ranked = sentence_evidence(matcher, windows)
        listed = self._lists.best(matcher, windows) if matcher.question.kind in _LISTED else None
        if listed is None and ranked and (doubt := confidence_of(matcher, ranked[0], ranked[0].found)) < _HOPELESS:
            return Draft((ranked[0],), (0,), ranked[0], doubt, ranked[0].rank)
        chosen = self._chosen(matcher, ranked, windows)
        spoken = self._sentences(matcher, ranked, chosen) if chosen else None
        if listed is None or (chosen is not None and not _list_wins(listed, ranked[0], chosen, matcher.question.kind)):
            return spoken
        whole = self._whole_list(matcher, listed)
        # A list about half of the question is no answer where a sentence is about all of it.
        return spoken if spoken is not None and spoken.confidence > whole.confidence + _SURER else whole

    def _chosen(
        self, matcher: FocusMatcher, ranked: Sequence[Evidence], windows: Sequence[tuple[Window, float]]
    ) -> ChosenSpan | None:
        """Return the model's choice, but stay with the formula's where only that is sure enough to be shown."""
        chosen = self._spans.choose(matcher, ranked, windows)
        if chosen is None or chosen.evidence is ranked[0]:
            return chosen
        enough = self._settings.min_confidence
        if _confidence(matcher, chosen.evidence, ranked[0]) < enough <= _confidence(matcher, ranked[0], ranked[0]):
            return self._spans.choose(matcher, ranked, windows, only_first=True)
        return chosen

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

    def _sentences(self, matcher: FocusMatcher, ranked: Sequence[Evidence], chosen: ChosenSpan) -> Draft:
        best = chosen.evidence
        confident, rank = _confidence(matcher, best, ranked[0]), ranked[0].rank
        below = _list_below(best, confident, self._settings.max_list_items)
        if below is not None:
            return replace(below, rank=rank, chance=chosen.chance)
        whole = _answers_heading(matcher, best)
        if best.unit is not None and best.unit.is_row:
            pieces = [_with_cell(matcher, row) for row in (best, *self._further(best, ranked))]
        elif whole or best.end - best.start < _SHORT or _is_headline(best):
            pieces = marked(_with_line(best), chosen)
        else:
            pieces = quoted_around(chosen, matcher.question.kind)
        pieces = pieces[: self._settings.max_statements]
        return Draft(
            tuple(pieces),
            (0,) * len(pieces),
            best,
            confident,
            rank,
            chance=chosen.chance,
            agreement=chosen.agreement,
        )

    def _further(self, best: Evidence, others: Sequence[Evidence]) -> list[Evidence]:
        """Return rows below the same heading that fit nearly as well, and add something."""
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


def _with_cell(matcher: FocusMatcher, row: Evidence) -> Evidence:
    """Return a row of a table with the cell marked that is asked for, where one is and not the whole row."""
    cell = cell_for(matcher, row.document, row.unit) if row.unit is not None else None
    return replace(row, span=cell) if cell is not None else row


def _confidence(matcher: FocusMatcher, chosen: Evidence, first: Evidence) -> float:
    """Whether a document answers and which of its words do are two things: its best sentence by the formula counts, too."""
    own = confidence_of(matcher, chosen, chosen.found)
    return own if first.document is not chosen.document else max(own, confidence_of(matcher, first, first.found))


def _list_wins(listed: RankedList, sentence: Evidence, chosen: ChosenSpan, kind: QuestionKind) -> bool:
    """Judge by the formula, which lists and sentences share, unless the model is sure of a sentence elsewhere."""
    entry = listed.found
    if chosen.chance >= _SURE and listed.evidence.coverage < _ALL and not _within(chosen.evidence, entry):
        return False
    inside = sentence.document is entry.document and entry.start <= sentence.start < entry.end
    if inside and kind in _WHOLE:
        return listed.evidence.rank >= sentence.rank - _LIST_AHEAD
    # One item may be the whole answer to who and where; the list is, if the item has nothing that the heading lacks.
    if inside and sentence.found <= listed.evidence.found and sentence.own <= listed.evidence.own:
        return listed.evidence.rank >= sentence.rank - _LIST_AHEAD
    return listed.evidence.rank >= sentence.rank


def _within(sentence: Evidence, entry: FoundList) -> bool:
    """True for a sentence of a list or of the line that announces it."""
    start = entry.lead_line[0] if entry.lead_line else entry.start
    return sentence.document is entry.document and start <= sentence.start < entry.end


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


def span_shown(piece: Evidence) -> tuple[int, int] | None:
    """Return where the marked words of a piece stand in ``statement_text(piece.text)``; None where nothing is marked.

    What is cut off in front was never marked alone; white space that is folded keeps the order of the other characters.
    """
    if piece.span is None:
        return None
    shown = statement_text(piece.text)
    solid = [at for at, character in enumerate(shown) if not character.isspace()]
    cut = _solid(piece.text) - len(solid)
    first = max(0, _solid(piece.text[: piece.span[0] - piece.start]) - cut)
    last = _solid(piece.text[: piece.span[1] - piece.start]) - cut
    return (solid[first], solid[last - 1] + 1) if first < last else None


def _solid(text: str) -> int:
    return sum(not character.isspace() for character in text)
