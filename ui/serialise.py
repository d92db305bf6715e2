"""Write domain values as the JSON of the public interface; the API and the command line share it.

The fields are listed in docs/interfaces; adding one is free, renaming or removing one breaks other people's
scripts. Dates are ISO 8601, offsets count the characters of the document's cleaned text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rag.domain import Answer, Approval, Citation, Document, Hit, ModelUsage, SearchResult, Statement
from rag.settings import HelpSettings
from ui.answer_label import answer_label
from ui.wording import Language, Wording

Json = dict[str, Any]

_LEAD_IN = re.compile(r"[：:]\s*$")


def is_list(answer: Answer) -> bool:
    """Return whether the statements are the items of a list rather than sentences."""
    return answer.total_items is not None or any(statement.level for statement in answer.statements)


def lead_in(answer: Answer) -> Statement | None:
    """Return the sentence that introduces a list: its first statement, where that ends with a colon."""
    if not is_list(answer) or len(answer.statements) < 2:
        return None
    first = answer.statements[0]
    return first if first.level == 0 and _LEAD_IN.search(first.text) else None


def answer_pieces(answer: Answer) -> tuple[str, ...]:
    """Return one piece of text per statement, with its ``[n]`` markers; joined they are the answer's text."""
    before = (None, *answer.statements)
    return tuple(statement_piece(statement, last) for last, statement in zip(before, answer.statements, strict=False))


def statement_piece(statement: Statement, last: Statement | None) -> str:
    """Return what a statement adds to the text after ``last``: its own line, below a line with its place if that is new."""
    parts = [] if last is None else [""]
    if statement.place is not None and (last is None or last.place != statement.place):
        parts.append(f"【{statement.place}】")
    markers = "".join(f"[{number}]" for number in statement.citations)
    return "\n".join([*parts, f"{'  ' * statement.level}{statement.text} {markers}"])


def answer_to_json(answer: Answer, language: Language, numbers: HelpSettings) -> Json:
    """Return an answer as ``ask --json`` and ``POST /api/v1/ask`` give it.

    ``answer`` is the statements with their markers, one a line, items of a list indented by their depth; where
    there is no evidence it is what to tell the reader instead. Where places are set side by side, a line ``【place】``
    stands before what is said of each.
    """
    wording = Wording(language, numbers)
    clarification = answer.clarification
    return {
        "status": answer.status.value,
        "answer": "".join(answer_pieces(answer)) or wording.message(answer),
        "statements": [statement_to_json(statement) for statement in answer.statements],
        "citations": [citation_to_json(citation) for citation in answer.citations],
        "notices": [{"kind": notice.kind.value, "text": wording.notice(notice)} for notice in answer.notices],
        "clarification": clarification
        and {"question": wording.clarification(clarification), "options": list(clarification.options)},
        "routes": [
            {"number": route.number, "name": wording.line_name(route.number), "reason": route.reason.value}
            for route in answer.routes
        ],
        "confidence": round(answer.confidence, 4),
        "mode": answer.mode.value,
        "generation": answer.generation,
        "timings_ms": _rounded(answer.timings_ms),
        "message": wording.message(answer),
        "label": answer_label(answer, wording),
        "related": [citation_to_json(citation) for citation in answer.related],
        "total_items": answer.total_items,
        "read_as": answer.read_as,
        "rewritten": answer.rewritten,
        "guarded": answer.guarded and answer.guarded.value,
        "premise": answer.premise,
        "places": list(answer.places),
        "silent_places": list(answer.silent_places),
        "dropped_statements": answer.dropped_statements,
        "usage": answer.usage and usage_to_json(answer.usage),
        "masked": [kind.value for kind in answer.masked],
        "approved": answer.approved and approval_to_json(answer.approved),
        "invalid_reason": answer.invalid_reason and answer.invalid_reason.value,
        "language": language.value,
    }


def statement_to_json(statement: Statement) -> Json:
    """Return one sentence or list item with the numbers of its citations."""
    return {
        "text": statement.text,
        "citations": list(statement.citations),
        "support": statement.support,
        "level": statement.level,
        "span": statement.span and list(statement.span),
        "place": statement.place,
        "edited": statement.edited,
    }


def approval_to_json(approval: Approval) -> Json:
    """Return who stands behind an answer that people approved."""
    return {"number": approval.number, "since": approval.since.isoformat(), "office": approval.office}


def usage_to_json(usage: ModelUsage) -> Json:
    """Return what the language model took; ``cost`` is null where no prices are configured."""
    return {
        "model": usage.model,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": usage.cost,
        "estimated": usage.estimated,
    }


def citation_to_json(citation: Citation) -> Json:
    """Return a quote and where it stands; ``quote == text[start:end]`` of its document."""
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "title": citation.title,
        "source": citation.source,
        "url": citation.url,
        "region": citation.region,
        "issuer": citation.issuer,
        "published": citation.published and citation.published.isoformat(),
        "authority": citation.authority.value,
        "validity": citation.validity.value,
        "section": list(citation.section),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "demonstration": citation.demonstration,
        "page": citation.page,
        "span": citation.span and list(citation.span),
    }


def search_to_json(result: SearchResult) -> Json:
    """Return ranked passages with the parts of their scores, best first."""
    return {
        "hits": [_hit_to_json(hit) for hit in result.hits],
        "read_as": result.read_as,
        "timings_ms": _rounded(result.timings_ms),
    }


def _hit_to_json(hit: Hit) -> Json:
    document = hit.document
    return {
        "document_id": document.document_id,
        "title": document.title,
        "source": document.source,
        "section": list(hit.chunk.section),
        "text": hit.chunk.text,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "chunk_id": hit.chunk.chunk_id,
        "page": document.page_at(hit.chunk.start),
        "score": hit.score,
        "parts": dict(hit.parts),
        "region": document.region,
        "issuer": document.issuer,
        "published": document.published and document.published.isoformat(),
        "authority": document.authority.value,
        "validity": document.validity.value,
        "url": document.url,
        "demonstration": document.demonstration,
    }


def documents_to_json(documents: Iterable[Document], chunks: Mapping[str, int] | None = None) -> Json:
    """Return the catalogue. ``chunks`` counts each document's chunks by its id; a count not known is null."""
    counts = chunks or {}
    return {"documents": [_facts_to_json(document, counts.get(document.document_id)) for document in documents]}


def document_to_json(document: Document, chunks: int | None = None) -> Json:
    """Return a document with the cleaned text that offsets refer to."""
    return {
        **_facts_to_json(document, chunks),
        "text": document.text,
        "sections": [
            {"path": list(section.path), "level": section.level, "start": section.start, "end": section.end}
            for section in document.sections
        ],
        "marks": [{"kind": mark.kind.value, "start": mark.start, "end": mark.end} for mark in document.marks],
        "pages": [{"start": begin.start, "page": begin.page} for begin in document.pages],
        "repairs": dict(document.repairs),
        "samples": {name: list(some) for name, some in document.samples.items()},
        "doubts": list(document.doubts),
        "origins": dict(document.origins),
        "certainty": dict(document.certainty),
        "versions": [
            {"version": version.version, "sha256": version.sha256, "ingested": version.ingested}
            for version in document.versions
        ],
    }


def _facts_to_json(document: Document, chunks: int | None) -> Json:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "source": document.source,
        "region": document.region,
        "region_code": document.region_code,
        "issuer": document.issuer,
        "published": document.published and document.published.isoformat(),
        "effective": document.effective and document.effective.isoformat(),
        "document_number": document.document_number,
        "language": document.language,
        "type": document.type.value,
        "authority": document.authority.value,
        "validity": document.validity.value,
        "valid_until": document.valid_until and document.valid_until.isoformat(),
        "replaces": list(document.replaces),
        "superseded_by": document.superseded_by,
        "duplicate_of": document.duplicate_of,
        "container": document.container,
        "url": document.url,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "demonstration": document.demonstration,
        "version": document.version,
        "chunks": chunks,
    }


def _rounded(timings_ms: Mapping[str, float]) -> dict[str, float]:
    """Milliseconds to two places; more would only be noise."""
    return {stage: round(duration, 2) for stage, duration in timings_ms.items()}
