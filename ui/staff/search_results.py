"""Write what a search found: the list of passages with their marks, and why each stands where it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from rag.domain import Authority, Chunk, Document, Hit, Mark, MarkKind, SearchResult, Validity
from ui.addresses import at
from ui.markup import Html, document_address, element, join, line
from ui.staff.asked import Asked
from ui.staff.highlighting import Highlighter, best_stretch, highlighter, marked
from ui.wording import Wording

_SNIPPET_CHARS = 130
"""Three lines beside an open pane at 1280 pixels: enough to know whether to open it."""
_TELLING = 0.01
"""Share of all that speaks for a passage from which on a part is told."""
_HEADINGS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A search with what it found."""

    asked: Asked
    result: SearchResult

    @property
    def words(self) -> Highlighter:
        """What is marked in the passages."""
        return highlighter(self.result.read_as or self.asked.words, self.asked.phrase)


def render_found(found: Found, wording: Wording) -> Html:
    """Return the list, with its count for whoever does not see it; a sentence where nothing was found."""
    hits = found.result.hits
    if not hits:
        key = "staff.search.none.narrowed" if found.asked.narrowed else "staff.search.none"
        return element("p", wording.text(key), class_="count", data_count="0")
    documents = len({hit.document.document_id for hit in hits})
    told = wording.text("staff.search.count", count=len(hits), documents=documents)
    read_as = found.result.read_as
    words = found.words
    items = (_item(number, hit, found.asked, words, wording) for number, hit in enumerate(hits, start=1))
    return join(
        element("p", wording.text("staff.search.read_as", words=read_as), class_="read-as") if read_as else "",
        element("p", told, class_="count", data_count=len(hits)),
        element("ol", *items, class_="hits", id="hits"),
        _more(found.asked, len(hits), wording),
    )


def passage_name(chunk: Chunk) -> str:
    """Return how the address names an opened passage."""
    return f"{chunk.document_id}:{chunk.start}-{chunk.end}"


def citation_text(document: Document, start: int, wording: Wording) -> str:
    """Return what goes below a copied passage: title, issuer, number, day, and where in the text it stands."""
    page = document.page_at(start)
    headings = [line(heading) for heading in document.section_path_at(start)[-_HEADINGS:]]
    facts = (
        f"《{line(document.title)}》",
        line(document.issuer or ""),
        line(document.document_number or ""),
        wording.day(document.published) if document.published else "",
        " › ".join(headings),
        wording.text("answer.page", page=page) if page is not None else "",
        wording.validity(document.validity) if document.validity in (Validity.SUPERSEDED, Validity.EXPIRED) else "",
    )
    return "，".join(fact for fact in facts if fact)


def marks_of(document: Document, start: int, end: int) -> tuple[Mark, ...]:
    """Return the garbled and redacted stretches of a passage."""
    return tuple(mark for mark in document.marks if mark.start < end and mark.end > start)


def badges(document: Document, marks: Iterable[Mark], wording: Wording) -> Html:
    """Return the short plain marks: who published it, whether it holds, and what is doubtful in this passage."""
    told: list[Html] = []
    told.append(element("span", wording.authority(document.authority), class_=f"badge {document.authority}"))
    if document.validity is not Validity.UNKNOWN:
        told.append(element("span", wording.validity(document.validity), class_=f"badge {document.validity}"))
    if document.duplicate_of is not None and document.authority is not Authority.REPOST:
        told.append(element("span", wording.text("staff.mark.copy"), class_="badge repost"))
    kinds = {mark.kind for mark in marks}
    told += [
        element("span", wording.text(f"staff.mark.{kind}"), class_="badge doubt") for kind in MarkKind if kind in kinds
    ]
    if any(doubt.startswith("ocr") for doubt in document.doubts):
        told.append(element("span", wording.text("staff.mark.ocr"), class_="badge doubt"))
    if document.demonstration:
        told.append(element("span", wording.text("staff.mark.demonstration"), class_="badge doubt"))
    return element("span", *(join(one, " ") for one in told), class_="badges")


def provenance(document: Document, wording: Wording) -> str:
    """Return place, day, issuer and number on one line; a place or day that is not known is said to be so."""
    facts = (
        line(document.region) if document.region else wording.text("staff.no_place"),
        wording.day(document.published) if document.published else wording.text("staff.no_day"),
        line(document.issuer or ""),
        line(document.document_number or ""),
    )
    return " · ".join(fact for fact in facts if fact)


def _item(number: int, hit: Hit, asked: Asked, words: Highlighter, wording: Wording) -> Html:
    chunk, document = hit.chunk, hit.document
    spans = words.spans(chunk.text)
    marks = marks_of(document, chunk.start, chunk.end)
    within = best_stretch(chunk.text, spans, _SNIPPET_CHARS)
    heading = " › ".join(line(one) for one in chunk.section[-_HEADINGS:])
    address = f"{at('/staff/')}?{asked.query(open=passage_name(chunk))}#passage-pane"
    title = line(document.title)
    marked_title = marked(title, (0, len(title)), words.spans(title))
    opener = element("a", marked_title, href=address, class_="opener", aria_describedby=f"hit-{number}-facts")
    parts = urlencode({"document": chunk.document_id, "start": chunk.start, "end": chunk.end})
    return element(
        "li",
        element("h3", opener, lang="zh"),
        element(
            "p",
            badges(document, marks, wording),
            provenance(document, wording),
            class_="facts-line",
            id=f"hit-{number}-facts",
        ),
        element("p", heading, class_="where", lang="zh") if heading and heading != title else "",
        element(
            "p",
            "…" if within[0] else "",
            marked(chunk.text, within, spans, marks, chunk.start),
            "…" if within[1] < len(chunk.text) else "",
            class_="snippet",
            lang="zh",
        ),
        _why(hit.parts, wording),
        class_="hit",
        data_passage=parts,
        data_document=chunk.document_id,
        data_start=chunk.start,
        data_end=chunk.end,
        data_quote=chunk.text,
        data_cite=citation_text(document, chunk.start, wording),
        data_address=document_address(chunk.document_id, chunk.start, chunk.end),
    )


def _why(parts: Mapping[str, float], wording: Wording) -> Html:
    """Return the parts of a score in words: what speaks for the passage as shares of it, what against it as well."""
    merged: dict[str, float] = {}
    for name, value in parts.items():
        merged[_KIND.get(name, name)] = merged.get(_KIND.get(name, name), 0.0) + value
    total = sum(value for value in merged.values() if value > 0) or 1.0
    ordered = sorted(merged.items(), key=lambda item: -abs(item[1]))
    rows = []
    for name, value in ordered:
        percent = round(100 * abs(value) / total)
        if abs(value) / total < _TELLING or percent == 0:
            continue
        sign = "for" if value > 0 else "against"
        words = wording.known(f"staff.why.{name}.{sign}") or wording.text(f"staff.why.other.{sign}")
        rows.append(
            element("li", words, element("span", f"{'+' if value > 0 else '−'}{percent}%", class_="share"), class_=sign)
        )
    summary = element("summary", wording.text("staff.why"))
    return element("details", summary, element("ul", *rows), class_="why")


_KIND = {"bm25_word": "words", "bm25_bigram": "words", "tile": "run", "document_tile": "document"}
"""Parts of the score that mean the same to a person."""


def _more(asked: Asked, shown: int, wording: Wording) -> Html:
    if asked.more or shown < asked.top:
        return join()
    address = f"{at('/staff/')}?{asked.query(more='1')}"
    return element("p", element("a", wording.text("staff.search.more"), href=address, class_="button", id="more-hits"))
