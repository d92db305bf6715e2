"""The read path as one list of steps: a question becomes a verified answer, or an honest status.

    check → route → read in context → rank → keep the right place → ask which place
    → draft → is it an answer? → write → verify → notices

A step that ends the path returns an :class:`Answer` with its status; nothing is thrown at the reader.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from rag.citations import cite
from rag.confidence import hides_figure
from rag.conversation import standalone
from rag.copies import contradictions, shown_once, with_contradictions, without_copies
from rag.domain import (
    Answer,
    AnswerMode,
    AnswerStatus,
    Citation,
    Clarification,
    Document,
    Hit,
    InvalidReason,
    Notice,
    NoticeKind,
    Question,
    Route,
    RouteReason,
    Statement,
    Validity,
)
from rag.errors import LanguageModelError
from rag.extractive import Draft, Extractor, statement_text
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.generations import Generation
from rag.guard import route
from rag.notices import conflicts, notices_for
from rag.ports import ChatModel
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer, Relation
from rag.retrieval import HybridRetriever
from rag.scope import in_scope
from rag.settings import HelpSettings, Settings
from rag.synonyms import Synonyms
from rag.tokenizing import bigrams, words
from rag.verification import verify
from rag.writing import Span, Written, write_answer

_log = logging.getLogger(__name__)

_RANKED = 60
"""Hits looked at, so that a second place with an answer of its own is not missed behind the first."""
_RIVAL = 0.7
"""Another place's draft makes the question ambiguous from this share of the best draft's confidence on."""
_MOST_OPTIONS = 8
_MOST_RELATED = 3
_RELATED_COVERAGE = 0.34


class Answering:
    """Answers questions from one generation. Safe to use from several threads."""

    def __init__(
        self,
        generation: Generation,
        retriever: HybridRetriever,
        gazetteer: Gazetteer,
        synonyms: Synonyms,
        settings: Settings,
        model: ChatModel | None,
    ) -> None:
        self._generation = generation
        self._retriever = retriever
        self._gazetteer = gazetteer
        self._synonyms = synonyms
        self._settings = settings
        self._model = model
        self._extractor = Extractor(settings.answering)

    def answer(self, question: Question, today: date | None = None) -> Answer:
        """Answer a question; ``today`` decides which sources are old (default: the current date)."""
        began = time.perf_counter()
        answer = self._ended_early(question) or self._from_sources(question, today or date.today())
        timings = {**answer.timings_ms, "total": 1000 * (time.perf_counter() - began)}
        return replace(answer, generation=self._generation.manifest.generation, timings_ms=MappingProxyType(timings))

    def _ended_early(self, question: Question) -> Answer | None:
        invalid = invalid_reason(question, self._settings.answering.max_question_chars)
        if invalid is None and question.region and self._gazetteer.resolve(question.region) is None:
            invalid = InvalidReason.UNKNOWN_REGION
        if invalid is not None:
            return Answer(AnswerStatus.INVALID, question.text, invalid_reason=invalid)
        routes = route(question.text, self._settings.help)
        return Answer(AnswerStatus.ROUTED, question.text, routes=routes) if routes else None

    def _from_sources(self, asked: Question, today: date) -> Answer:
        question = self._retriever.understand(standalone(asked, self._gazetteer))
        question = widened(question, self._retriever.idf, self._synonyms)
        ranking = self._retriever.rank(question, _RANKED)
        ranked = time.perf_counter()
        matcher = FocusMatcher(question, self._retriever.idf, self._synonyms)
        hits = without_copies(ranking.hits)
        fitting = [hit for hit in hits if self._fits_place(hit.document, question)]
        drafts = self._drafts_by_place(matcher, current_versions(fitting, question), question)
        timings = {"retrieval": ranking.timings_ms["retrieval"]}
        minimum = self._settings.answering.min_confidence
        good = {place: draft for place, draft in drafts.items() if draft.confidence >= minimum}
        if not good:
            answer = self._no_evidence(asked, matcher, hits, max((d.confidence for d in drafts.values()), default=0.0))
        elif options := self._rival_places(good, question):
            answer = Answer(
                AnswerStatus.NEEDS_CLARIFICATION,
                asked.text,
                clarification=Clarification("region", options),
                confidence=max(draft.confidence for draft in good.values()),
            )
        else:
            best = max(good.values(), key=lambda draft: draft.rank)
            answer = self._evidenced(asked, matcher, best, ranking.hits, today)
        timings["answering"] = 1000 * (time.perf_counter() - ranked)
        return replace(answer, timings_ms=MappingProxyType(timings), read_as=question.read_as)

    def _fits_place(self, document: Document, question: UnderstoodQuestion) -> bool:
        """A document of another place is no evidence, however well its words fit."""
        if not question.places:
            return True
        region = self._gazetteer.get(document.region) if document.region else None
        if region is not None:
            return any(self._gazetteer.related(place, region) is not Relation.ELSEWHERE for place in question.places)
        if not question.named:
            return True
        # Of unknown place: it must at least speak of the place that the question names.
        text = fold(document.title + document.text)
        return any(fold(place.short) in text for place in question.named)

    def _drafts_by_place(
        self, matcher: FocusMatcher, hits: Sequence[Hit], question: UnderstoodQuestion
    ) -> dict[str | None, Draft]:
        """Return one draft for each place that has hits; one in all where the question says which place."""
        groups: dict[str | None, list[Hit]] = {}
        for hit in hits:
            groups.setdefault(None if question.places else hit.document.region, []).append(hit)
        drafts = {}
        for place, group in groups.items():
            draft = self._extractor.draft(matcher, group[: self._settings.answering.top_hits])
            if draft is not None:
                drafts[place] = draft
        return drafts

    def _rival_places(self, drafts: Mapping[str | None, Draft], question: UnderstoodQuestion) -> tuple[str, ...]:
        """Return the places to choose from where several have an answer and the question names none."""
        if question.places:
            return ()
        best = max(draft.confidence for draft in drafts.values())
        rivals = [place for place, draft in drafts.items() if place is not None and draft.confidence >= _RIVAL * best]
        rivals.sort(key=lambda place: -drafts[place].rank)
        return tuple(rivals[:_MOST_OPTIONS]) if len(rivals) > 1 else ()

    def _no_evidence(self, asked: Question, matcher: FocusMatcher, hits: Sequence[Hit], confident: float) -> Answer:
        related: dict[str, Citation] = {}
        for hit in hits:
            covered = matcher.share(
                matcher.matched(fold(f"{hit.document.title} {' '.join(hit.chunk.section)} {hit.chunk.text}"))
            )
            if covered >= _RELATED_COVERAGE and hit.document.document_id not in related:
                related[hit.document.document_id] = cite(hit.document, hit.chunk.start, hit.chunk.end, len(related) + 1)
            if len(related) == _MOST_RELATED:
                break
        if not matcher.question.named and not in_scope(matcher.question.text):
            return Answer(AnswerStatus.OUT_OF_SCOPE, asked.text, confidence=confident)
        return Answer(
            AnswerStatus.NO_EVIDENCE,
            asked.text,
            routes=where_to_turn(self._settings.help),
            related=tuple(related.values()),
            confidence=confident,
        )

    def _evidenced(
        self, asked: Question, matcher: FocusMatcher, draft: Draft, ranked: Sequence[Hit], today: date
    ) -> Answer:
        question = matcher.question
        by_model = self._by_model(question, draft)
        words = by_model or quoted(draft)
        if not words.statements:
            routes = where_to_turn(self._settings.help)
            return Answer(AnswerStatus.NO_EVIDENCE, asked.text, routes=routes, dropped_statements=words.dropped)
        total = None if by_model else draft.total_items
        # In a list, the same words below two items are two facts.
        statements = words.statements if total is not None else shown_once(words.statements)
        documents = {piece.document.document_id: piece.document for piece in draft.pieces}
        others = contradictions(words.citations, documents, ranked)
        statements, citations = with_contradictions(statements, words.citations, others, total is not None)
        notices = notices_for(
            citations,
            documents | {other.document.document_id: other.document for other in others},
            question,
            self._gazetteer,
            self._settings.answering,
            today,
            self._generation.library.title_of,
        )
        notices = (*conflicts(others, documents), *notices)
        if by_model is not None and self._model is not None:
            generated = Notice(NoticeKind.AI_GENERATED, MappingProxyType({"model": self._model.name}))
            notices = (*notices, generated)
        return Answer(
            _status(matcher, draft, None if by_model else words),
            asked.text,
            statements=statements,
            citations=citations,
            notices=notices,
            confidence=draft.confidence,
            mode=AnswerMode.GENERATIVE if by_model else AnswerMode.EXTRACTIVE,
            total_items=total,
            dropped_statements=words.dropped,
        )

    def _by_model(self, question: UnderstoodQuestion, draft: Draft) -> Written | None:
        """Return what the language model wrote and verification kept; None where quotations must serve."""
        if self._model is None:
            return None
        evidence = [Span(piece.document, piece.start, piece.end) for piece in draft.pieces]
        try:
            return write_answer(self._model, question.text, evidence)
        except LanguageModelError as error:
            _log.warning("language model %s gave nothing usable, quoting instead: %s", self._model.name, error)
            return None


def invalid_reason(question: Question, max_chars: int) -> InvalidReason | None:
    """Return why a question cannot be taken, or None."""
    if not any(character.isalnum() for character in question.text):
        return InvalidReason.EMPTY
    return InvalidReason.TOO_LONG if len(question.text) > max_chars else None


def where_to_turn(numbers: HelpSettings) -> tuple[Route, ...]:
    """Return the numbers to call where the sources are silent."""
    return tuple(Route(number, RouteReason.NO_EVIDENCE) for number in (numbers.government, numbers.health))


def current_versions(hits: Sequence[Hit], question: UnderstoodQuestion) -> list[Hit]:
    """Return hits without documents whose successor is among them too, unless the question names the old one."""
    there = {name for hit in hits for name in (hit.document.source, hit.document.title)}
    return [
        hit
        for hit in hits
        if hit.document.validity is not Validity.SUPERSEDED
        or hit.document.superseded_by not in there
        or (hit.document.document_number is not None and fold(hit.document.document_number) in question.folded)
    ]


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


def quoted(draft: Draft) -> Written:
    """Return a draft as verified statements, each with its own quotation."""
    citations = [cite(piece.document, piece.start, piece.end, n) for n, piece in enumerate(draft.pieces, start=1)]
    statements = [
        Statement(statement_text(piece.text), (n,), 1.0, level)
        for n, (piece, level) in enumerate(zip(draft.pieces, draft.levels, strict=True), start=1)
    ]
    documents = {piece.document.document_id: piece.document for piece in draft.pieces}
    result = verify(statements, citations, documents)
    return Written(tuple(result.statements), tuple(result.citations), result.dropped)


def _status(matcher: FocusMatcher, draft: Draft, quotations: Written | None) -> AnswerStatus:
    """``quotations`` are None where a model wrote: what it tells of a list is no count of its items."""
    if hides_figure(matcher, draft.pieces[0]):
        return AnswerStatus.REDACTED
    shown = len(quotations.statements) - draft.leads if quotations and draft.total_items is not None else None
    return AnswerStatus.PARTIAL if shown is not None and shown < (draft.total_items or 0) else AnswerStatus.ANSWERED
