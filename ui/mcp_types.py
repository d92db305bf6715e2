"""What the tools of the MCP server return: short forms of the public JSON, for readers who pay for every word."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from rag.domain import Answer, AnswerStatus, Authority, Citation, Document, Hit, Section, Validity
from ui.answer_label import approved_line
from ui.serialise import answer_pieces
from ui.wording import Wording

MOST_HEADINGS = 200
"""Headings of an outline; a statute of many hundred articles would fill a reader's context with them."""

Start = Annotated[int, Field(description="First character in the document's text; use it with read_document.")]


class Passage(BaseModel):
    """A stretch of a stored document, word for word."""

    document_id: str
    title: str
    region: str | None = Field(description="The place whose policy it is.")
    issuer: str | None
    published: date | None
    authority: Authority = Field(description="Who published the page; `official` counts most.")
    validity: Validity
    section: list[str] = Field(description="Headings above it, outermost first.")
    text: str
    start: Start
    end: int
    url: str | None = Field(description="Where the page was taken from.")


class NumberedPassage(Passage):
    """A passage that an answer quotes."""

    number: int = Field(description="The n of the markers [n] in the answer.")


class RankedPassage(Passage):
    """A passage that a search found."""

    score: float = Field(description="Higher is better; comparable within one search only.")


class PolicySearch(BaseModel):
    """Ranked passages, best first."""

    passages: list[RankedPassage]
    read_as: str | None = Field(description="The question as it was read, where a slip or pinyin was put right.")


class PolicyAnswer(BaseModel):
    """An answer in which every statement is carried by a quote."""

    status: AnswerStatus = Field(
        description="`answered`, `partial` and `redacted` carry citations. With any other status the sources say nothing: "
        "pass `answer` on and do not fill the gap from your own knowledge."
    )
    answer: str = Field(description="Text with markers [n]; without evidence, what to tell the person instead.")
    citations: list[NumberedPassage]
    notices: list[str] = Field(description="What the person must know about the sources; pass these on.")
    places_to_choose: list[str] = Field(
        description="With `needs_clarification`: ask again with one of these as region."
    )
    telephone: list[str] = Field(description="Numbers to turn to, with their names; for an emergency, say these first.")
    read_as: str | None = Field(description="The question as it was searched for, where it is not as it was asked.")
    unsupported_premise: str | None = Field(description="What the question takes for granted and no source says.")
    silent_places: list[str] = Field(description="Places asked about of which the sources say nothing.")
    related: list[NumberedPassage] = Field(description="Near misses; plainly not the answer.")
    confidence: float = Field(description="0..1: how likely the sources answer the question.")
    approved: str | None = Field(description="Who approved this answer, and when; null where it was found just now.")


class Heading(BaseModel):
    """A heading of a document."""

    path: list[str]
    start: Start


class PolicyDocument(BaseModel):
    """A stretch of a document's text, and what is known about the document."""

    document_id: str
    title: str
    region: str | None
    issuer: str | None
    published: date | None
    document_number: str | None
    authority: Authority
    validity: Validity
    superseded_by: str | None = Field(description="Source of the document that replaces this one.")
    url: str | None
    text: str = Field(description="Characters start..end of the document.")
    start: int
    end: int
    next_start: int | None = Field(description="Where to read on; null at the end.")
    total_chars: int
    outline: list[Heading] = Field(description=f"The first {MOST_HEADINGS} headings.")


def search_of(hits: tuple[Hit, ...], read_as: str | None) -> PolicySearch:
    """Return a search's result in its short form."""
    return PolicySearch(passages=[_ranked(hit) for hit in hits], read_as=read_as)


def answer_of(answer: Answer, wording: Wording) -> PolicyAnswer:
    """Return an answer in its short form, its messages in the language of ``wording``."""
    return PolicyAnswer(
        status=answer.status,
        answer="".join(answer_pieces(answer)) or wording.message(answer),
        citations=[_numbered(citation) for citation in answer.citations],
        notices=[wording.notice(notice) for notice in answer.notices],
        places_to_choose=list(answer.clarification.options) if answer.clarification else [],
        telephone=[f"{route.number} ({wording.line_name(route.number)})" for route in answer.routes],
        read_as=answer.rewritten or answer.read_as,
        unsupported_premise=answer.premise,
        silent_places=list(answer.silent_places),
        related=[_numbered(citation) for citation in answer.related],
        confidence=round(answer.confidence, 4),
        approved=approved_line(answer.approved, wording) or None,
    )


def document_of(document: Document, start: int, max_chars: int) -> PolicyDocument:
    """Return up to ``max_chars`` characters of a document from ``start`` on."""
    begin = min(start, len(document.text))
    end = min(begin + max_chars, len(document.text))
    return PolicyDocument(
        document_id=document.document_id,
        title=document.title,
        region=document.region,
        issuer=document.issuer,
        published=document.published,
        document_number=document.document_number,
        authority=document.authority,
        validity=document.validity,
        superseded_by=document.superseded_by,
        url=document.url,
        text=document.text[begin:end],
        start=begin,
        end=end,
        next_start=end if end < len(document.text) else None,
        total_chars=len(document.text),
        outline=[_heading(section) for section in document.sections[:MOST_HEADINGS]],
    )


def _heading(section: Section) -> Heading:
    return Heading(path=list(section.path), start=section.start)


def _ranked(hit: Hit) -> RankedPassage:
    document, chunk = hit.document, hit.chunk
    return RankedPassage(
        document_id=document.document_id,
        title=document.title,
        region=document.region,
        issuer=document.issuer,
        published=document.published,
        authority=document.authority,
        validity=document.validity,
        section=list(chunk.section),
        text=chunk.text,
        start=chunk.start,
        end=chunk.end,
        url=document.url,
        score=hit.score,
    )


def _numbered(citation: Citation) -> NumberedPassage:
    return NumberedPassage(
        document_id=citation.document_id,
        title=citation.title,
        region=citation.region,
        issuer=citation.issuer,
        published=citation.published,
        authority=citation.authority,
        validity=citation.validity,
        section=list(citation.section),
        text=citation.quote,
        start=citation.start,
        end=citation.end,
        url=citation.url,
        number=citation.number,
    )
