"""Turn a drafted answer into verified quotations with everything to know about their sources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.citations import cite
from rag.confidence import hides_figure
from rag.contradictions import contradictions, with_contradictions
from rag.copies import shown_once
from rag.domain import Answer, AnswerStatus, Citation, Document, Hit, Notice, Route, RouteReason, Statement
from rag.evidence import Evidence
from rag.extractive import Draft, span_shown, statement_text
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.notices import conflicts, in_order, notices_for
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer
from rag.settings import AnsweringSettings, HelpSettings
from rag.verification import verify
from rag.writing import Written

_MOST_RELATED = 3
_RELATED_COVERAGE = 0.34


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What notices depend on beside the documents themselves; ``years`` are those that the question asks about."""

    gazetteer: Gazetteer
    settings: AnsweringSettings
    title_of: Callable[[str], str | None]
    today: date
    years: Collection[int] = ()


def quoted(draft: Draft) -> Written:
    """Return a draft as verified statements, each with its own quotation, and the words that answer marked in both."""
    citations = [_cited(piece, n) for n, piece in enumerate(draft.pieces, start=1)]
    statements = [
        Statement(statement_text(piece.text), (n,), 1.0, level, span=span_shown(piece))
        for n, (piece, level) in enumerate(zip(draft.pieces, draft.levels, strict=True), start=1)
    ]
    documents = {piece.document.document_id: piece.document for piece in draft.pieces}
    result = verify(statements, citations, documents)
    return Written(tuple(result.statements), tuple(result.citations), result.dropped)


def _cited(piece: Evidence, number: int) -> Citation:
    citation = cite(piece.document, piece.start, piece.end, number)
    if piece.span is None:
        return citation
    start, end = max(piece.span[0], citation.start), min(piece.span[1], citation.end)
    return replace(citation, span=(start, end)) if start < end else citation


def answer_from(
    asked: str, matcher: FocusMatcher, draft: Draft, ranked: Sequence[Hit], around: Circumstances
) -> Answer:
    """Return the answer that quotes a draft; ``ranked`` are all hits, in which contradicting copies are looked for.

    The status is ``no_evidence`` where verification leaves nothing.
    """
    words = quoted(draft)
    if not words.statements:
        return Answer(AnswerStatus.NO_EVIDENCE, asked, dropped_statements=words.dropped)
    total = draft.total_items
    # In a list, the same words below two items are two facts.
    statements = words.statements if total is not None else shown_once(words.statements)
    documents = {piece.document.document_id: piece.document for piece in draft.pieces}
    others = contradictions(words.citations, documents, ranked)
    statements, citations = with_contradictions(statements, words.citations, others, total is not None)
    documents |= {other.document.document_id: other.document for other in others}
    own = notices_of(citations, documents, matcher.question, around)
    return Answer(
        _status(matcher, draft, words),
        asked,
        statements=statements,
        citations=citations,
        notices=in_order([*conflicts(others, documents), *own]),
        confidence=draft.confidence,
        total_items=total,
        dropped_statements=words.dropped,
    )


def notices_of(
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    question: UnderstoodQuestion,
    around: Circumstances,
) -> tuple[Notice, ...]:
    """Return what to know about the sources of some citations."""
    return notices_for(
        citations,
        documents,
        question,
        around.gazetteer,
        around.settings,
        around.today,
        around.title_of,
        around.years,
    )


def related(matcher: FocusMatcher, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Return near misses, one a document: passages that have some of the question's words and do not answer it."""
    found: dict[str, Citation] = {}
    for hit in hits:
        own = fold(f"{hit.document.title} {' '.join(hit.chunk.section)} {hit.chunk.text}")
        if matcher.share(matcher.matched(own)) >= _RELATED_COVERAGE and hit.document.document_id not in found:
            found[hit.document.document_id] = cite(hit.document, hit.chunk.start, hit.chunk.end, len(found) + 1)
        if len(found) == _MOST_RELATED:
            break
    return tuple(found.values())


def where_to_turn(numbers: HelpSettings) -> tuple[Route, ...]:
    """Return the numbers to call where the sources are silent."""
    return tuple(Route(number, RouteReason.NO_EVIDENCE) for number in (numbers.government, numbers.health))


def _status(matcher: FocusMatcher, draft: Draft, quotations: Written) -> AnswerStatus:
    if hides_figure(matcher, draft.pieces[0]):
        return AnswerStatus.REDACTED
    shown = len(quotations.statements) - draft.leads if draft.total_items is not None else None
    return AnswerStatus.PARTIAL if shown is not None and shown < (draft.total_items or 0) else AnswerStatus.ANSWERED
