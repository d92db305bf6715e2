"""Hold an answer of an earlier day to the documents of today, quote by quote.

A reader opens an answer again from a link or from the history of the browser. The sources may have changed since: each quote
is read again from its document, and what no longer stands there is not shown again. Numbers of citations stay as they were,
because people have copied them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Protocol

from rag.citations import cite
from rag.domain import (
    Answer,
    AnswerStatus,
    Citation,
    Document,
    Notice,
    NoticeKind,
    Statement,
    Validity,
    document_id_for,
)
from rag.errors import UnknownIdError
from rag.staleness import StaleReason
from rag.verification import verify

_TELLING = 8
"""Characters from which on a quote is taken for itself wherever in its document it stands now. A shorter one ("血压；", a cell
of a table) is only taken for itself below the same headings."""


class Texts(Protocol):
    """Where documents are read; an assistant and a generation's library both are one."""

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownIdError."""
        ...


@dataclass(frozen=True, slots=True)
class Reverified:
    """An answer as the documents of today carry it, and what became of the rest."""

    answer: Answer
    dropped: int = 0
    """Statements that are not in the sources any more."""
    moved: int = 0
    """Quotes that stand elsewhere in their document now."""
    lost: tuple[str, ...] = ()
    """Titles of cited documents that are held no more."""
    superseded: tuple[str, ...] = ()
    """Titles of documents still cited that were replaced since."""
    gone: bool = False
    """True where the answer had evidence and none of it is left; its status is ``no_evidence`` then."""

    @property
    def changed(self) -> bool:
        """True where a reader should be told; a quote that only moved says what it said."""
        return bool(self.dropped or self.lost or self.superseded or self.gone)


def reverified(answer: Answer, texts: Texts, today: date | None = None) -> Reverified:
    """Return the answer with every quote read again; ``today`` decides what has expired (default: the current date).

    Facts about the documents (title, issuer, place, dates, validity …) are those of today. A statement that lost some of its
    quotes stays if the others carry it by themselves (:func:`rag.verification.verify`). ``generation`` stays the one asked.

    Raises:
        NoGenerationError: nothing is published, so nothing can be read again.
    """
    documents = _documents_of(answer, texts)
    cited = {citation.number: _read_again(citation, documents) for citation in answer.citations}
    sound = {number: citation for number, citation in cited.items() if citation is not None}
    kept = [statement for statement in (_carried(part, sound, documents) for part in answer.statements) if statement]
    used = {number for statement in kept for number in statement.citations}
    citations = tuple(citation for number, citation in sound.items() if number in used)
    related = tuple(found for found in (_read_again(near, documents) for near in answer.related) if found is not None)
    dropped = len(answer.statements) - len(kept)
    lost = {c.title: None for c in answer.citations if c.document_id not in documents}
    if answer.statements and not kept:
        return Reverified(_without_evidence(answer, related), dropped, lost=tuple(lost), gone=True)
    new = _notices_of_today(answer, citations, documents, texts, today or date.today())
    old = [notice for notice in answer.notices if _is_about(notice, citations)]
    moved = sum(
        _place(citation) != _place(was)
        for was in answer.citations
        for citation in citations
        if citation.number == was.number
    )
    again = replace(answer, statements=tuple(kept), citations=citations, related=related, notices=(*new, *old))
    superseded = tuple(notice.values["title"] for notice in new if notice.kind is NoticeKind.SUPERSEDED)
    return Reverified(_with_gaps(again, answer, dropped), dropped, moved, tuple(lost), superseded)


def _documents_of(answer: Answer, texts: Texts) -> dict[str, Document]:
    """Return the documents that the answer quotes and that are still held, by the id that the answer has for them."""
    found: dict[str, Document] = {}
    for document_id in dict.fromkeys(citation.document_id for citation in (*answer.citations, *answer.related)):
        try:
            found[document_id] = texts.document(document_id)
        except UnknownIdError:
            continue
    return found


def _read_again(citation: Citation, documents: Mapping[str, Document]) -> Citation | None:
    """Return a citation as its document holds it today, or None where the words are gone."""
    document = documents.get(citation.document_id)
    start = _place_of(citation, document) if document is not None else None
    if document is None or start is None:
        return None
    by = start - citation.start
    span = citation.span and (citation.span[0] + by, citation.span[1] + by)
    return replace(cite(document, start, citation.end + by, citation.number), span=span)


def _place_of(citation: Citation, document: Document) -> int | None:
    """Return where the quote stands: where it stood, else at the place nearest to that, else None."""
    if document.text.startswith(citation.quote, citation.start):
        return citation.start
    places = _places(citation.quote, document.text)
    if len(citation.quote) < _TELLING:
        places = (place for place in places if document.section_path_at(place) == citation.section)
    return min(places, key=lambda place: (abs(place - citation.start), place), default=None)


def _places(quote: str, text: str) -> Iterable[int]:
    place = text.find(quote)
    while place >= 0:
        yield place
        place = text.find(quote, place + 1)


def _carried(
    statement: Statement, sound: Mapping[int, Citation], documents: Mapping[str, Document]
) -> Statement | None:
    """Return a statement with the citations that are left, or None where these do not carry it."""
    left = tuple(number for number in statement.citations if number in sound)
    if len(left) == len(statement.citations):
        return statement
    measured = (
        verify([replace(statement, citations=left)], [sound[number] for number in left], documents) if left else None
    )
    if measured is None or not measured.statements:
        return None
    return replace(statement, citations=left, support=measured.statements[0].support)


def _without_evidence(answer: Answer, related: tuple[Citation, ...]) -> Answer:
    return Answer(
        AnswerStatus.NO_EVIDENCE,
        answer.question,
        related=related,
        routes=answer.routes,
        generation=answer.generation,
        dropped_statements=answer.dropped_statements + len(answer.statements),
        read_as=answer.read_as,
        rewritten=answer.rewritten,
        masked=answer.masked,
        usage=answer.usage,
        timings_ms=answer.timings_ms,
    )


def _with_gaps(again: Answer, before: Answer, dropped: int) -> Answer:
    """Say of an answer that lost statements that it is not the whole any more."""
    if not dropped:
        return again
    told = {statement.place for statement in again.statements}
    silent = (place for place in before.places if place not in told and place not in before.silent_places)
    return replace(
        again,
        status=AnswerStatus.PARTIAL if again.status is AnswerStatus.ANSWERED else again.status,
        # How long the list is in the source now, nobody has counted.
        total_items=None,
        dropped_statements=before.dropped_statements + dropped,
        silent_places=(*before.silent_places, *silent),
    )


def _notices_of_today(
    answer: Answer, citations: Iterable[Citation], documents: Mapping[str, Document], texts: Texts, today: date
) -> tuple[Notice, ...]:
    """Return what happened to the documents still cited since the answer was given: replaced, or expired."""
    told = {(notice.kind, notice.values.get("document_id"), notice.values.get("reason")) for notice in answer.notices}
    found = (_grave(documents[one], texts, today) for one in dict.fromkeys(quote.document_id for quote in citations))
    return tuple(
        notice
        for notice in found
        if notice and (notice.kind, notice.values["document_id"], notice.values.get("reason")) not in told
    )


def _grave(document: Document, texts: Texts, today: date) -> Notice | None:
    """Return what to know of a document that holds no more; None for one that does."""
    values = {"title": document.title, "document_id": document.document_id}
    if document.validity is Validity.SUPERSEDED:
        return Notice(NoticeKind.SUPERSEDED, MappingProxyType(values | _successor(document, texts)))
    until = document.valid_until
    if document.validity is Validity.EXPIRED or (until is not None and until < today):
        values |= {
            "reason": StaleReason.EXPIRED.value,
            "published": document.published.isoformat() if document.published else "",
        }
        values |= {"until": until.isoformat()} if until is not None else {}
        return Notice(NoticeKind.STALE, MappingProxyType(values))
    return None


def _successor(document: Document, texts: Texts) -> dict[str, str]:
    """Return the values that name the successor, with the id to link to where it is held."""
    source = document.superseded_by or ""
    try:
        return {"successor": texts.document(document_id_for(source)).title, "successor_id": document_id_for(source)}
    except UnknownIdError:
        return {"successor": source}


def _is_about(notice: Notice, citations: Iterable[Citation]) -> bool:
    """Tell whether a notice is about a document that is still cited, or about none in particular."""
    about = notice.values.get("document_id")
    return about is None or any(citation.document_id == about for citation in citations)


def _place(citation: Citation) -> tuple[int, int]:
    return citation.start, citation.end
