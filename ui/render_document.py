"""Write a stored document as a page of its own: plain HTML that needs no script to be read.

The reader came for a passage: the text stands first, and what is known about the document below it, or beside it where
there is room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote as quote_path

from rag.domain import Document, MarkKind, NamedDocument, Relations, Validity
from ui.addresses import at
from ui.markup import Html, document_address, element, join, line
from ui.pages.frame_page import plain_page
from ui.reader import Edition
from ui.render_document_facts import render_about
from ui.render_document_text import Span, render_text, section_anchor
from ui.wording import Wording

_FILES = ("viewer.css",)
_READING_DOUBTS = ("garbled", "redacted", "ocr", "ocr_low_confidence", "pages_without_text")
"""Doubts about the words themselves, which are told before them; the others are about facts and stand with these."""
_QUOTED_HEADINGS = 3
"""How many of the headings above a passage are named; the outermost is mostly the title again."""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document and what else is held of it. ``original_bytes`` is the size of its original, None where it is lost."""

    document: Document
    relations: Relations = field(default_factory=Relations)
    original_bytes: int | None = None


def render_document(
    held: HeldDocument, wording: Wording, quote: Span | None = None, edition: Edition = Edition.STANDARD
) -> str:
    """Return the viewer's page; ``quote`` is the character span to mark, as a citation gives it."""
    document = held.document
    span = quote if quote is not None and 0 <= quote[0] < quote[1] <= len(document.text) else None
    main = element(
        "main",
        _bar(wording, has_quote=span is not None),
        element(
            "div",
            _opening(held, wording),
            _pointer(document, wording, span) if quote is not None else "",
            _contents(document, wording),
            _legend(document, wording, span),
            class_="opening",
        ),
        render_text(document, wording, span),
        render_about(document, held.relations, held.original_bytes, wording),
        element("p", _back(wording), class_="ending"),
        id="main",
        class_="document",
        tabindex="-1",
    )
    path = f"/documents/{quote_path(document.document_id, safe='')}"
    query = {"start": str(span[0]), "end": str(span[1])} if span else {}
    return plain_page(
        wording,
        line(document.title),
        main,
        edition=edition,
        files=(*_FILES, "viewer.js"),
        path=path,
        query=query,
    )


def render_missing(wording: Wording, message: str, edition: Edition = Edition.STANDARD, path: str = "/") -> str:
    """Return the page that stands in for something that is not there."""
    heading = element("h1", message, class_="message")
    main = element("main", heading, element("p", _back(wording)), id="main", class_="document", tabindex="-1")
    return plain_page(wording, wording.text("document.missing.title"), main, edition=edition, files=_FILES, path=path)


def _back(wording: Wording) -> Html:
    """Return the way back. The script of the page goes back in the browser's history where that is where one came from."""
    return element("a", wording.text("document.back"), href=f"{at('/')}?lang={wording.language}", class_="back")


def _bar(wording: Wording, *, has_quote: bool) -> Html:
    """Return the short list of ways that stays in view while one reads."""
    return element(
        "nav",
        _back(wording),
        element("a", wording.text("document.to_quote"), href="#quote") if has_quote else "",
        element("a", wording.text("document.to_about"), href="#about"),
        class_="document-bar",
        aria_label=wording.text("document.ways"),
    )


def _opening(held: HeldDocument, wording: Wording) -> Html:
    document = held.document
    facts = (document.issuer, document.region, wording.day(document.published) if document.published else None)
    provenance = " · ".join(line(fact) for fact in facts if fact)
    return join(
        element("h1", line(document.title), lang="zh"),
        element("p", wording.text("document.demonstration"), class_="demonstration") if document.demonstration else "",
        element("p", provenance, class_="provenance") if provenance else "",
        element(
            "p",
            element("span", wording.authority(document.authority), class_=f"badge {document.authority}"),
            " ",
            element("span", wording.validity(document.validity), class_=f"badge {document.validity}"),
            class_="badges",
        ),
        _warnings(held, wording),
    )


def _warnings(held: HeldDocument, wording: Wording) -> Html:
    """Say what changes how the text must be read: another one holds, or its words are not sure."""
    document, relations = held.document, held.relations
    told: list[Html] = []
    if relations.successor:
        told.append(join(wording.text("document.warn.superseded"), _link(relations.successor)))
    elif document.superseded_by or document.validity is Validity.SUPERSEDED:
        told.append(join(wording.text("document.warn.superseded.not_held")))
    elif document.validity is Validity.EXPIRED:
        ended = document.valid_until
        key = "document.warn.expired.day" if ended else "document.warn.expired"
        told.append(join(wording.text(key, **({"day": wording.day(ended)} if ended else {}))))
    if relations.twin:
        told.append(join(wording.text("document.warn.twin"), _link(relations.twin)))
    told += [join(wording.doubt(code)) for code in document.doubts if code in _READING_DOUBTS]
    return element("ul", *(element("li", one) for one in told), class_="warnings") if told else join()


def _link(named: NamedDocument) -> Html:
    return element("a", line(named.title), href=document_address(named.document_id), lang="zh")


def _pointer(document: Document, wording: Wording, quote: Span | None) -> Html:
    """Say where the quoted passage stands, or that it stands here no more."""
    if quote is None:
        return element("p", wording.text("document.quote_missing"), class_="pointer missing")
    page = document.page_at(quote[0])
    headings = document.section_path_at(quote[0])[-_QUOTED_HEADINGS:]
    where = [wording.text("document.page", page=page)] if page is not None else []
    where += [" › ".join(line(heading) for heading in headings)] if headings else []
    link = element("a", wording.text("document.jump"), href="#quote")
    place = element("span", " · ".join(where), class_="where", lang="zh") if where else ""
    return element("p", link, " ", place, class_="pointer")


def _contents(document: Document, wording: Wording) -> Html:
    if len(document.sections) < 2:
        return join()
    rows = (
        element(
            "li",
            element("a", line(section.heading), href=f"#{section_anchor(document, section)}"),
            class_=f"depth-{min(section.level, 4)}",
        )
        for section in document.sections
    )
    summary = element("summary", wording.text("document.contents"))
    list_of_sections = element("nav", element("ul", *rows, lang="zh"), aria_label=wording.text("document.contents"))
    return element("details", summary, list_of_sections, class_="contents")


def _legend(document: Document, wording: Wording, quote: Span | None) -> Html:
    kinds = {mark.kind for mark in document.marks}
    rows = [element("li", element("span", wording.text("document.legend.quote"), class_="quoted"))] if quote else []
    rows += [
        element("li", element("span", wording.text(f"document.legend.{kind}"), class_=kind.value))
        for kind in MarkKind
        if kind in kinds
    ]
    if not rows:
        return join()
    return element("ul", *rows, class_="legend", aria_label=wording.text("document.legend"))
