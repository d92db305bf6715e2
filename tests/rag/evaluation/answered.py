"""Answers made by hand for tests of their evaluation."""

from __future__ import annotations

from typing import Any

from rag.domain import Answer, AnswerStatus, Authority, Citation, Statement, Validity

TEXT = "每孩每年补贴3600元。第三个孩子另发2000元。"


def citation(
    number: int = 1, source: str = "child.html", start: int = 0, end: int = 12, region: str = "青棠县", text: str = TEXT
) -> Citation:
    return Citation(
        number=number,
        document_id=source,
        title=source,
        source=source,
        url=None,
        region=region,
        issuer=None,
        published=None,
        authority=Authority.OFFICIAL,
        validity=Validity.UNKNOWN,
        section=(),
        quote=text[start:end],
        start=start,
        end=end,
    )


def answered(*citations: Citation, question: str = "补贴多少钱", **changed: Any) -> Answer:
    """Return an answer that quotes each citation in a statement of its own."""
    cited = citations or (citation(),)
    statements = tuple(Statement(each.quote, (each.number,), 1.0) for each in cited)
    values = {"statements": statements, "citations": cited, "confidence": 0.9} | changed
    return Answer(values.pop("status", AnswerStatus.ANSWERED), question, **values)


def refused(status: AnswerStatus = AnswerStatus.NO_EVIDENCE, confidence: float = 0.2, **changed: Any) -> Answer:
    return Answer(status, "补贴多少钱", confidence=confidence, **changed)
