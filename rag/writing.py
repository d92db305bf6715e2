"""A language model's turn in answering: evidence in, verified statements out, or nothing.

The model sees the chosen evidence with the lines around it; what it writes is grounded in those passages and then
held to the same verification as any quotation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.domain import Citation, Document, Statement
from rag.generative import Passage, ground_all, write_statements
from rag.outline import lines
from rag.ports import ChatModel
from rag.verification import verify

_AROUND_CHARS = 300
"""Characters of context on either side of the evidence, in whole lines of the same section."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``document.text[start:end]`` chosen as evidence."""

    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote and verification kept; ``dropped`` counts the statements that it did not."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    dropped: int


def write_answer(model: ChatModel, question: str, evidence: Sequence[Span]) -> Written | None:
    """Let the model write from the evidence; None if nothing it wrote holds.

    Raises:
        LanguageModelError: the model gave no complete text within its deadline.
    """
    passages = [
        Passage(
            number=number,
            document_id=span.document.document_id,
            title=span.document.title,
            region=span.document.region,
            published=span.document.published,
            text=span.document.text[span.start : span.end],
            start=span.start,
        )
        for number, span in enumerate(widened(evidence), start=1)
    ]
    documents = {span.document.document_id: span.document for span in evidence}
    drafts = write_statements(model, question, passages)
    statements, citations = ground_all(drafts, passages, documents)
    result = verify(statements, citations, documents)
    if not result.statements:
        return None
    return Written(tuple(result.statements), tuple(result.citations), len(drafts) - len(result.statements))


def widened(evidence: Sequence[Span]) -> list[Span]:
    """Return the evidence with the lines around it, overlapping stretches joined, in order of first use."""
    spans: list[Span] = []
    for span in evidence:
        fresh = _with_context(span)
        for n, known in enumerate(spans):
            if (
                known.document.document_id == fresh.document.document_id
                and known.start <= fresh.end
                and fresh.start <= known.end
            ):
                spans[n] = Span(known.document, min(known.start, fresh.start), max(known.end, fresh.end))
                break
        else:
            spans.append(fresh)
    return spans


def _with_context(span: Span) -> Span:
    text = span.document.text
    path = span.document.section_path_at(span.start)
    section = next((s for s in span.document.sections if s.path == path and s.start <= span.start < s.end), None)
    first, last = (section.start, section.end) if section else (0, len(text))
    start, end = span.start, span.end
    for line_start, line_end in lines(text, max(first, start - _AROUND_CHARS), min(last, end + _AROUND_CHARS)):
        start, end = min(start, line_start), max(end, line_end)
    return Span(span.document, start, end)
