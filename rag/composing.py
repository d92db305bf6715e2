"""Compose an answer in the sources' own words: find, choose the place, quote, or say honestly why not.

    read → years and versions → places set side by side → places collected → one place, or ask which

Each way ends in a finished, verified :class:`~rag.domain.Answer`; a language model may write it anew afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from rag.answerability import Answerability
from rag.collection import Collecting, collect, collection_of
from rag.comparison import ComparedBy, Comparison, Said, Side, comparison_of, side_by_side
from rag.comparison_years import hits_of_year, versions_among, years_compared
from rag.conversation import Contextual
from rag.copies import without_copies
from rag.current_versions import current_versions
from rag.domain import Answer, AnswerStatus, Citation, Clarification, Hit, Notice, NoticeKind, Question
from rag.extractive import Draft, Extractor
from rag.focus import FocusMatcher
from rag.generations import Generation
from rag.notices import in_order
from rag.periods import asked_years
from rag.place_doubts import PlaceDoubt, doubted_place
from rag.place_drafts import Choice, PlacedDraft, choose_place, drafts_by_place, of_place_alone, reach_of
from rag.premise_checking import Checked, Standing, doubtful_premise
from rag.question import UnderstoodQuestion
from rag.quotations import Circumstances, answer_from, notices_of, related, where_to_turn
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.scope import in_scope
from rag.settings import Settings
from rag.synonyms import Synonyms
from rag.tokenizing import bigrams, words
from rag.writing import Span
from rag.year_choice import of_the_years

RANKED = 60
"""Hits looked at, so that a second place with an answer of its own is not missed behind the first."""
PLACES = 12
"""Places drafted for one question, by their best hits; each costs a reading of its documents."""
PLAUSIBLE = 0.3
"""Confidence of a place's draft, by its own formula, from which on it counts beside those of other places. Whether the
documents answer at all is decided before, and apart from it. A lower threshold of the settings counts here too."""
COLLECTED = 300
COLLECTED_PLACES = 40
"""Hits and places looked at where a question asks for places."""


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer in quotations, and what it was made from; a model writes only where there is ``evidence``."""

    answer: Answer
    question: UnderstoodQuestion
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for one question."""

    matcher: FocusMatcher
    ranked: tuple[Hit, ...]
    hits: tuple[Hit, ...]
    """``ranked`` without copies, replaced versions and other years."""

    @property
    def question(self) -> UnderstoodQuestion:
        return self.matcher.question


class Composer:
    """Composes answers from one generation. Safe to use from several threads."""

    def __init__(
        self,
        generation: Generation,
        retriever: HybridRetriever,
        gazetteer: Gazetteer,
        synonyms: Synonyms,
        settings: Settings,
    ) -> None:
        self._generation = generation
        self._retriever = retriever
        self._gazetteer = gazetteer
        self._synonyms = synonyms
        self._settings = settings
        self._extractor = Extractor(settings.answering)
        self._answerability = Answerability.load()

    def compose(self, asked: Contextual, today: date, again: Callable[[], Contextual | None] | None = None) -> Composed:
        """Answer a question that was read in its conversation.

        A follow-up is searched for as it was typed too: where its reading finds nothing, its own words may. A question
        that was left alone and finds nothing is tried once more as ``again`` reads it, with the matter before it.
        """
        composed = self._composed(asked.question, today)
        if composed.answer.status.carries_evidence:
            return _rewritten(composed, asked)
        if asked.rewritten is not None:
            second = self._composed(asked.original, today)
        else:
            other = again() if again is not None else None
            second = _rewritten(self._composed(other.question, today), other) if other is not None else composed
        return second if second.answer.status.carries_evidence else _rewritten(composed, asked)

    def near_misses(self, question: Question, today: date) -> tuple[Citation, ...]:
        """Return passages that have something to do with a question that is not to be answered."""
        found = self._find(self._understood(question), today)
        return related(found.matcher, found.hits)

    def notices_for(self, composed: Composed, today: date) -> Callable[[Sequence[Citation]], Sequence[Notice]]:
        """Return what tells the notices about other quotes from the evidence of an answer."""
        documents = {span.document.document_id: span.document for span in composed.evidence}
        kept = [notice for notice in composed.answer.notices if notice.kind is NoticeKind.CONFLICT]
        around = self._around(composed.question, today)

        def about(citations: Sequence[Citation]) -> Sequence[Notice]:
            return in_order([*kept, *notices_of(citations, documents, composed.question, around)])

        return about

    def _composed(self, asked: Question, today: date) -> Composed:
        question = self._understood(asked)
        composed = self._by_kind(question, today)
        return replace(composed, answer=replace(composed.answer, read_as=question.read_as))

    def _by_kind(self, question: UnderstoodQuestion, today: date) -> Composed:
        """Compare, collect, or answer from one place."""
        places = self._retriever.places
        comparison = comparison_of(question, self._gazetteer, places) or years_compared(question, today)
        collecting = collection_of(question, self._gazetteer, places) if comparison is None else None
        if comparison is not None:
            answer = self._compared(question, comparison, today)
            if answer is not None:
                return Composed(answer, question)
        elif collecting is not None:
            answer = self._collected(question, collecting, today)
            if answer is not None:
                return Composed(answer, question)
        return self._of_one(question, today)

    def _understood(self, asked: Question) -> UnderstoodQuestion:
        return widened(self._retriever.understand(asked), self._retriever.idf, self._synonyms)

    def _find(self, question: UnderstoodQuestion, today: date, *, top: int = RANKED, replaced: bool = False) -> _Found:
        """Rank, and leave out copies, texts for other years, and what was replaced unless ``replaced`` is asked for."""
        ranked = self._retriever.rank(question, top).hits
        matcher = FocusMatcher(question, self._retriever.idf, self._synonyms)
        hits = without_copies(ranked)
        if not replaced:
            hits = current_versions(hits, question, self._generation.library, _share_of(matcher))
            hits = of_the_years(hits, asked_years(question.text, today))
        return _Found(matcher, ranked, tuple(hits))

    def _drafts(self, found: _Found, hits: Sequence[Hit], most_places: int = PLACES) -> tuple[PlacedDraft, ...]:
        top = self._settings.answering.top_hits
        return drafts_by_place(self._extractor, found.matcher, hits, self._gazetteer, top, most_places)

    def _of_one(self, question: UnderstoodQuestion, today: date) -> Composed:
        """Answer from one place, or ask which, or tell each where that is short."""
        began = time.perf_counter()
        found = self._find(question, today)
        timings = {"retrieval": 1000 * (time.perf_counter() - began)}
        drafted = time.perf_counter()
        composed = self._decided(found, today)
        timings["answering"] = 1000 * (time.perf_counter() - drafted)
        return replace(composed, answer=replace(composed.answer, timings_ms=MappingProxyType(timings)))

    def _decided(self, found: _Found, today: date) -> Composed:
        question = found.question
        places = self._retriever.places
        doubt = doubted_place(question.text, self._gazetteer, places, found.ranked) if not question.chosen else None
        if doubt is not None:
            return Composed(self._doubted(found, doubt), question)
        drafts = self._drafts(found, found.hits)
        fitting = [hit for hit in found.hits if reach_of(hit.document, question, self._gazetteer) is not None]
        confident = self._confidence(found, fitting, drafts)
        enough = self._settings.answering.min_confidence
        choice = choose_place(drafts, question, min(PLAUSIBLE, enough))
        checked = doubtful_premise(found.matcher, fitting, self._synonyms)
        if choice.choice is Choice.NOTHING or confident < enough:
            return Composed(self._silent(found, confident, checked), question)
        if choice.choice is Choice.ASK:
            asked_back = Clarification("region", choice.places)
            answer = Answer(
                AnswerStatus.NEEDS_CLARIFICATION, question.text, clarification=asked_back, confidence=confident
            )
            return Composed(answer, question)
        around = self._around(question, today)
        if choice.choice is Choice.EACH:
            return Composed(replace(self._each(found, choice.drafts, around), confidence=confident), question)
        draft = replace(choice.drafts[0].draft, confidence=confident)
        if checked is not None:
            return Composed(self._without_premise(found, checked, draft, around), question)
        answer = answer_from(question.text, found.matcher, draft, found.ranked, around)
        evidence = tuple(Span(piece.document, piece.start, piece.end) for piece in draft.pieces)
        return Composed(answer, question, evidence if answer.status.carries_evidence else ())

    def _confidence(self, found: _Found, fitting: Sequence[Hit], drafts: Sequence[PlacedDraft]) -> float:
        """Return how likely the documents of the right place answer, in 0..1."""
        own = [placed.draft for placed in drafts]
        return self._answerability.sure(found.matcher, fitting, own, self._generation.chunk_terms)

    def _without_premise(self, found: _Found, checked: Checked, draft: Draft, around: Circumstances) -> Answer:
        """Quote the sentence that says otherwise than the question takes for granted; without one the sources are silent."""
        if checked.document is None or checked.standing is Standing.UNSTATED:
            return self._silent(found, draft.confidence, checked)
        otherwise = replace(draft.best, document=checked.document, start=checked.start, end=checked.end, span=None)
        said = Draft((otherwise,), (0,), otherwise, draft.confidence, draft.rank)
        answer = answer_from(found.question.text, found.matcher, said, found.ranked, around)
        return replace(answer, premise=checked.premise.text)

    def _silent(self, found: _Found, confident: float, checked: Checked | None = None) -> Answer:
        """Return that the sources do not say, with near misses; or that the question is none for this assistant.

        What the question takes for granted is named where no source says it.
        """
        question = found.question
        near = related(found.matcher, found.hits)
        if not question.named and not near and not in_scope(question.text):
            return Answer(AnswerStatus.OUT_OF_SCOPE, question.text, confidence=confident)
        routes = where_to_turn(self._settings.help)
        return Answer(
            AnswerStatus.NO_EVIDENCE,
            question.text,
            routes=routes,
            related=near,
            confidence=confident,
            premise=checked.premise.text if checked is not None else None,
        )

    def _doubted(self, found: _Found, doubt: PlaceDoubt) -> Answer:
        """A place that no document knows is not answered from another one: ask whether that was meant."""
        if not doubt.near:
            return self._silent(found, 0.0)
        options = tuple(place.name for place in doubt.near)
        return Answer(
            AnswerStatus.NEEDS_CLARIFICATION, found.question.text, clarification=Clarification("near_region", options)
        )

    def _each(self, found: _Found, drafts: Sequence[PlacedDraft], around: Circumstances) -> Answer:
        sides = [
            (placed.place or "", answer_from(found.question.text, found.matcher, placed.draft, found.ranked, around))
            for placed in drafts
        ]
        return set_beside(found.question.text, sides)

    def _compared(self, question: UnderstoodQuestion, comparison: Comparison, today: date) -> Answer | None:
        """Answer each side alone and set them side by side; None where no side says anything, or none is known."""
        if comparison.by is ComparedBy.VERSIONS:
            sides = self._versions(comparison.sides[0], today)
        else:
            sides = [(side.label, self._of_side(side, today)) for side in comparison.sides]
        if not any(answer.status.carries_evidence for _, answer in sides):
            return None
        return set_beside(question.text, sides)

    def _of_side(self, side: Side, today: date) -> Answer:
        found = self._find(self._understood(side.question), today, replaced=side.year is not None)
        around = self._around(found.question, today)
        for hits in [found.hits] if side.year is None else hits_of_year(found.hits, side.year):
            answer = self._best_of(found, hits, around)
            if answer is not None:
                return answer
        return self._silent(found, 0.0)

    def _best_of(self, found: _Found, hits: Sequence[Hit], around: Circumstances) -> Answer | None:
        drafts = self._drafts(found, hits)
        if found.question.places:
            drafts = of_place_alone(drafts)
        choice = choose_place(drafts, found.question, self._settings.answering.min_confidence)
        if choice.choice is not Choice.ONE:
            return None
        return answer_from(found.question.text, found.matcher, choice.drafts[0].draft, found.ranked, around)

    def _versions(self, side: Side, today: date) -> list[tuple[str, Answer]]:
        found = self._find(self._understood(side.question), today, replaced=True)
        around = self._around(found.question, today)
        sides = []
        for version in versions_among(found.ranked):
            answer = self._best_of(found, version.hits, around)
            sides.append((version.label, answer or self._silent(replace(found, hits=version.hits), 0.0)))
        return sides

    def _collected(self, question: UnderstoodQuestion, collecting: Collecting, today: date) -> Answer | None:
        """Return what each place says of a question for places; None where no place says anything."""
        found = self._find(self._understood(collecting.question), today, top=COLLECTED)
        drafts = self._drafts(found, found.hits, COLLECTED_PLACES)
        collected = collect(drafts, collecting, self._gazetteer, self._settings.answering.min_confidence)
        if not collected.drafts:
            return None
        answer = self._each(found, collected.drafts, self._around(question, today))
        silent = tuple(place for place in collected.silent if place not in answer.places)
        return replace(
            answer,
            question=question.text,
            places=(*answer.places, *silent),
            silent_places=(*answer.silent_places, *silent),
        )

    def _around(self, question: UnderstoodQuestion, today: date) -> Circumstances:
        title_of, years = self._generation.library.title_of, asked_years(question.text, today)
        return Circumstances(self._gazetteer, self._settings.answering, title_of, today, years)


def _rewritten(composed: Composed, read: Contextual) -> Composed:
    return replace(composed, answer=replace(composed.answer, rewritten=read.rewritten))


def _share_of(matcher: FocusMatcher) -> Callable[[str], float]:
    return lambda folded: matcher.share(matcher.matched(folded))


def set_beside(asked: str, sides: Sequence[tuple[str, Answer]]) -> Answer:
    """Put answers side by side; a side without evidence is named as silent. Where all are, there is no evidence."""
    if not any(answer.status.carries_evidence for _, answer in sides):
        return Answer(AnswerStatus.NO_EVIDENCE, asked)
    beside = side_by_side([Said(label, answer.statements, answer.citations) for label, answer in sides])
    notices: list[Notice] = [notice for _, answer in sides for notice in answer.notices]
    told = [answer for _, answer in sides if answer.status.carries_evidence]
    whole = AnswerStatus.PARTIAL if beside.silent_places else AnswerStatus.ANSWERED
    hidden = all(answer.status is AnswerStatus.REDACTED for answer in told)
    return Answer(
        AnswerStatus.REDACTED if hidden else whole,
        asked,
        statements=beside.statements,
        citations=beside.citations,
        notices=in_order(notices),
        confidence=min(answer.confidence for answer in told),
        places=beside.places,
        silent_places=beside.silent_places,
        dropped_statements=sum(answer.dropped_statements for _, answer in sides),
    )


def widened(question: UnderstoodQuestion, idf: Callable[[str], float], synonyms: Synonyms) -> UnderstoodQuestion:
    """Return a question whose words that no document has are searched for by their synonyms as well.

    Words that documents have are left alone: their synonyms would only blur the ranking.
    """
    unknown = idf("")
    more = [form for word in question.focus if idf(word) >= unknown for form in synonyms.of(word)]
    if not more:
        return question
    own = question.terms
    terms = replace(
        own,
        words=(*own.words, *(word for form in more for word in words(form))),
        bigrams=(*own.bigrams, *(gram for form in more for gram in bigrams(form))),
    )
    return replace(question, terms=terms)
