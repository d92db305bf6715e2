"""What a reader should know about the sources an answer rests on; ``docs/notices.md`` tells when each one comes.

A notice carries a kind and values; its ``reason``, where it has one, chooses the words. The most important come first,
one of a kind and reason, and no more than a reader takes in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from rag.contradictions import Contradiction, counts_more
from rag.domain import (
    Authority,
    Citation,
    Document,
    MarkKind,
    Notice,
    NoticeKind,
    Validity,
    document_id_for,
)
from rag.evidence import marks_within
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer, Region, Relation
from rag.settings import AnsweringSettings
from rag.staleness import Staleness, staleness

_MOST = 5
_PLACEHOLDER_CHARS = 12

_RANKS: Mapping[tuple[NoticeKind, str], int] = MappingProxyType(
    {
        key: rank
        for rank, key in enumerate(
            (
                (NoticeKind.CONFLICT, ""),
                (NoticeKind.OTHER_REGION, "elsewhere"),
                (NoticeKind.SUPERSEDED, ""),
                (NoticeKind.STALE, "expired"),
                (NoticeKind.STALE, "epidemic"),
                (NoticeKind.STALE, "year"),
                (NoticeKind.REDACTED, ""),
                (NoticeKind.OTHER_REGION, "narrower"),
                (NoticeKind.OTHER_REGION, "wider"),
                (NoticeKind.STALE, "period"),
                (NoticeKind.STALE, "age"),
                (NoticeKind.GARBLED_SOURCE, ""),
                (NoticeKind.REPOST, ""),
                (NoticeKind.REPOST, "unknown"),
            )
        )
    }
)
"""The order in which notices are told: first what may make the answer wrong, then what may make it old, then the source."""


def notices_for(
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    question: UnderstoodQuestion,
    gazetteer: Gazetteer,
    settings: AnsweringSettings,
    today: date,
    title_of: Callable[[str], str | None] = lambda _: None,
    years: Collection[int] = (),
) -> tuple[Notice, ...]:
    """Return the notices for an answer's citations, the most important first.

    ``title_of`` gives the title of the document with a source, so that a successor is named as people know it and can
    be linked (value ``successor_id``). ``years`` are those that the question asks about (``rag.periods.asked_years``).
    """
    return source_notices(citations, documents, question.places, gazetteer, settings, today, title_of, years)


def source_notices(
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    places: Collection[Region],
    gazetteer: Gazetteer,
    settings: AnsweringSettings,
    today: date,
    title_of: Callable[[str], str | None] = lambda _: None,
    years: Collection[int] = (),
) -> tuple[Notice, ...]:
    """Return the notices for passages that somebody chose for ``places``; see :func:`notices_for`."""
    found: list[Notice] = []
    for document_id in dict.fromkeys(citation.document_id for citation in citations):
        document = documents[document_id]
        quotes = [citation for citation in citations if citation.document_id == document_id]
        old = staleness(document, quotes, settings.stale_after, today, years)
        known = (
            _of_its_time(document, old, title_of),
            _of_its_source(document),
            _of_its_place(document, places, gazetteer),
        )
        found += [notice for notice in known if notice is not None]
        found += _of_its_text(document, quotes)
    return in_order(found)


def conflicts(found: Iterable[Contradiction], documents: Mapping[str, Document]) -> tuple[Notice, ...]:
    """Return a notice for each two documents that give different figures in the same words.

    ``first`` and ``second`` name them, the official and newer one first, by title, issuer and date, and by the file where
    these are the same. ``title`` and ``document_id`` are those of the document answered from, ``other_id`` the other's.
    """
    notices: dict[tuple[str, str], Notice] = {}
    for item in found:
        cited = documents[item.citation.document_id]
        pair = (item.document, cited) if counts_more(item.document, cited) else (cited, item.document)
        first, second = _told_apart(*pair)
        notices[cited.document_id, item.document.document_id] = _notice(
            NoticeKind.CONFLICT, cited, first=first, second=second, other_id=item.document.document_id
        )
    return tuple(notices.values())


def in_order(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices by importance, the first of each kind and reason alone, and five at most; conflicts all stay."""
    first: dict[tuple[NoticeKind, str, str], Notice] = {}
    for notice in notices:
        own = notice.values.get("other_id", "") if notice.kind is NoticeKind.CONFLICT else ""
        first.setdefault((notice.kind, notice.values.get("reason", ""), own), notice)
    ordered = sorted(first.values(), key=lambda notice: _RANKS.get(_key(notice), len(_RANKS)))
    return tuple(ordered[:_MOST])


def _key(notice: Notice) -> tuple[NoticeKind, str]:
    return notice.kind, notice.values.get("reason", "")


def _of_its_time(document: Document, old: Staleness | None, title_of: Callable[[str], str | None]) -> Notice | None:
    """Return the one thing to know about how old a document is: the gravest of what is true of it."""
    if document.validity is Validity.SUPERSEDED:
        return _superseded(document, title_of)
    return None if old is None else _notice(NoticeKind.STALE, document, reason=old.reason.value, **old.values)


def _superseded(document: Document, title_of: Callable[[str], str | None]) -> Notice:
    source = document.superseded_by or ""
    title = title_of(source)
    linked = {"successor_id": document_id_for(source)} if title is not None else {}
    return _notice(NoticeKind.SUPERSEDED, document, successor=title or source, **linked)


def _of_its_source(document: Document) -> Notice | None:
    if document.authority is Authority.REPOST:
        return _notice(NoticeKind.REPOST, document)
    if document.authority is Authority.UNKNOWN and document.issuer is None and document.url is None:
        return _notice(NoticeKind.REPOST, document, reason="unknown")
    return None


def _of_its_place(document: Document, places: Collection[Region], gazetteer: Gazetteer) -> Notice | None:
    region = gazetteer.get(document.region) if document.region else None
    if region is None or not places or region == gazetteer.country:
        return None
    relations = {place: gazetteer.related(place, region) for place in places}
    if Relation.SAME in relations.values():
        return None
    for relation, reason in _PLACE_REASONS:
        asked = [place for place, its in relations.items() if its is relation]
        if asked:
            return _other_region(document, region, asked[0], reason)
    return None


_PLACE_REASONS = (
    (Relation.ABOVE, "wider"),
    (Relation.BELOW, "narrower"),
    (Relation.ELSEWHERE, "elsewhere"),
)


def _other_region(document: Document, region: Region, asked: Region, reason: str) -> Notice:
    return _notice(NoticeKind.OTHER_REGION, document, region=region.name, asked=asked.name, reason=reason)


def _of_its_text(document: Document, quotes: Sequence[Citation]) -> Iterable[Notice]:
    """Yield what is wrong with the passages quoted themselves."""
    for quote in quotes:
        for mark in marks_within(document, quote.start, quote.end, MarkKind.REDACTED)[:1]:
            placeholder = document.text[mark.start : mark.end].strip()[:_PLACEHOLDER_CHARS]
            yield _notice(NoticeKind.REDACTED, document, placeholder=placeholder)
    if any(marks_within(document, quote.start, quote.end, MarkKind.GARBLED) for quote in quotes):
        yield _notice(NoticeKind.GARBLED_SOURCE, document)


def _told_apart(one: Document, other: Document) -> tuple[str, str]:
    """Return names for two documents with issuer and date, and with the file where that does not tell them apart."""
    names = [_named(document, document.issuer, document.published) for document in (one, other)]
    if names[0] == names[1]:
        names = [_named(document, document.issuer, document.published, document.source) for document in (one, other)]
    return names[0], names[1]


def _named(document: Document, *details: object) -> str:
    known = "，".join(str(detail) for detail in details if detail)
    return f"{document.title}（{known}）" if known else document.title


def _notice(kind: NoticeKind, document: Document, **values: str) -> Notice:
    return Notice(kind, MappingProxyType({"title": document.title, "document_id": document.document_id, **values}))
