"""What a reader should know about the sources an answer rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from rag.copies import Contradiction
from rag.domain import Authority, Citation, Document, MarkKind, Notice, NoticeKind, Validity
from rag.evidence import marks_within
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer, Relation
from rag.settings import AnsweringSettings

_EPIDEMIC_CONTROL = ("新冠", "疫情防控", "核酸", "新型冠状病毒", "隔离")
_EPIDEMIC_YEARS = range(2020, 2023)
"""Epidemic-control rules of 2020–2022 were withdrawn in January 2023, so they are old whatever their age."""


def notices_for(
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    question: UnderstoodQuestion,
    gazetteer: Gazetteer,
    settings: AnsweringSettings,
    today: date,
    title_of: Callable[[str], str | None] = lambda _: None,
) -> tuple[Notice, ...]:
    """Return the notices for an answer's citations, each kind once for a document.

    ``title_of`` gives the title of the document with a source, so that a successor is named as people know it.
    """
    used = {citation.document_id: documents[citation.document_id] for citation in citations}
    found: list[Notice] = []
    for document in used.values():
        found.extend(_about(document, question, gazetteer, settings, today))
        if document.validity is Validity.SUPERSEDED:
            successor = document.superseded_by or ""
            found.append(_notice(NoticeKind.SUPERSEDED, document, successor=title_of(successor) or successor))
    for citation in citations:
        document = documents[citation.document_id]
        if marks_within(document, citation.start, citation.end, MarkKind.REDACTED):
            found.append(_notice(NoticeKind.REDACTED, document))
    return tuple({(notice.kind, notice.values["title"]): notice for notice in found}.values())


def conflicts(found: Iterable[Contradiction], documents: Mapping[str, Document]) -> tuple[Notice, ...]:
    """Return a notice for each two documents that give different figures in the same words.

    ``title`` and ``document_id`` are those of the document answered from, ``first`` its name and ``second`` the copy's:
    title, issuer and date, and the file where these are the same, since copies mostly have one title.
    """
    notices: dict[tuple[str, str], Notice] = {}
    for item in found:
        cited = documents[item.citation.document_id]
        first, second = _told_apart(cited, item.document)
        notices[cited.document_id, item.document.document_id] = _notice(
            NoticeKind.CONFLICT, cited, first=first, second=second, other_id=item.document.document_id
        )
    return tuple(notices.values())


def _told_apart(one: Document, other: Document) -> tuple[str, str]:
    """Return names for two documents that are not the same, as short as that allows."""
    if one.title != other.title:
        return one.title, other.title
    details = [[document.issuer, str(document.published or ""), document.source] for document in (one, other)]
    for n in range(len(details[0])):
        if all(detail[n] for detail in details) and details[0][n] != details[1][n]:
            return f"{one.title}（{details[0][n]}）", f"{other.title}（{details[1][n]}）"
    return one.title, other.title


def _about(
    document: Document, question: UnderstoodQuestion, gazetteer: Gazetteer, settings: AnsweringSettings, today: date
) -> Iterable[Notice]:
    if document.validity is not Validity.SUPERSEDED and _is_stale(document, settings, today):
        yield _notice(
            NoticeKind.STALE, document, published=document.published.isoformat() if document.published else ""
        )
    if document.authority is Authority.REPOST:
        yield _notice(NoticeKind.REPOST, document)
    region = gazetteer.get(document.region) if document.region else None
    if region and question.places:
        relations = {gazetteer.related(place, region) for place in question.places}
        if Relation.SAME not in relations:
            yield _notice(NoticeKind.OTHER_REGION, document, region=region.name, asked=question.places[0].name)
    if any(mark.kind is MarkKind.GARBLED for mark in document.marks):
        yield _notice(NoticeKind.GARBLED_SOURCE, document)


def _is_stale(document: Document, settings: AnsweringSettings, today: date) -> bool:
    if document.published is None or document.validity is Validity.IN_FORCE:
        return False
    if document.published.year in _EPIDEMIC_YEARS and any(word in document.title for word in _EPIDEMIC_CONTROL):
        return True
    return (today - document.published).days > settings.stale_after_days


def _notice(kind: NoticeKind, document: Document, **values: str) -> Notice:
    return Notice(kind, MappingProxyType({"title": document.title, "document_id": document.document_id, **values}))
