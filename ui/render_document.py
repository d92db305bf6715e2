"""Write a stored document as a page of its own: plain HTML that needs no script to be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rag.domain import Document, MarkKind, Section
from ui.markup import Html, document_address, element, join, line, web_address
from ui.wording import Wording

Span = tuple[int, int]

_HEADING_SLACK = 6
"""Characters a heading's line may have beyond the heading itself (its numbering, a colon) and still be one."""


def render_document(
    document: Document,
    wording: Wording,
    quote: Span | None = None,
    successor: Document | None = None,
    twin: Document | None = None,
) -> str:
    """Return the viewer's page.

    ``quote`` is the character span to mark, as a citation gives it; ``successor`` the document that replaces this
    one, ``twin`` the copy that is answered from in its place, where they are held too.
    """
    inside = quote is not None and 0 <= quote[0] < quote[1] <= len(document.text)
    span = quote if inside else None
    pointer: Html = join()
    if quote is not None:
        words = wording.text("document.jump" if inside else "document.quote_missing")
        pointer = element("p", element("a", words, href="#quote") if inside else words, class_="pointer")
    main = element(
        "main",
        element("h1", line(document.title), lang="zh"),
        element("p", wording.text("document.demonstration"), class_="demonstration") if document.demonstration else "",
        pointer,
        _facts(document, wording, successor, twin),
        _findings(document, wording),
        _contents(document, wording),
        _legend(document, wording, span),
        element("article", *_paragraphs(document, wording, span), class_="text", lang="zh"),
        id="main",
    )
    return _page(line(document.title), wording, main)


def render_missing(wording: Wording, message: str) -> str:
    """Return the page that stands in for a document that is not there."""
    return _page(wording.text("page.name"), wording, element("main", element("p", message, class_="message")))


def _page(title: str, wording: Wording, main: Html) -> str:
    back = element("a", f"← {wording.text('document.back')}", href=f"/?lang={wording.language}", class_="back")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · {wording.text('page.name')}"),
        element("link", rel="icon", href="/theme/icon.svg", type="image/svg+xml"),
        element("link", rel="stylesheet", href="/theme/viewer.css"),
        element("script", src="/theme/viewer.js", defer=True),
    )
    body = element("body", element("header", back, class_="bar"), main, element("footer", back, class_="bar"))
    return f"<!doctype html>{element('html', head, body, lang=wording.language)}"


def _facts(document: Document, wording: Wording, successor: Document | None, twin: Document | None) -> Html:
    unknown = wording.text("document.unknown")
    address = web_address(document.url)
    link = element("a", address, href=address, rel="noopener noreferrer nofollow", target="_blank") if address else None
    later = document.superseded_by
    if successor:
        later = element("a", line(successor.title), href=document_address(successor.document_id), lang="zh")
    copy_of = document.duplicate_of
    if twin:
        copy_of = element("a", line(twin.title), href=document_address(twin.document_id), lang="zh")
    language = document.language and wording.text_language(document.language)
    rows: list[tuple[str, str | None]] = [
        ("document.region", document.region or unknown),
        ("document.issuer", document.issuer or unknown),
        ("document.published", wording.day(document.published)),
        ("document.number", document.document_number),
        ("document.type", wording.document_type(document.type)),
        (
            "authority.label",
            element("span", wording.authority(document.authority), class_=f"badge {document.authority}"),
        ),
        ("validity.label", element("span", wording.validity(document.validity), class_=f"badge {document.validity}")),
        ("document.effective", wording.day(document.effective) if document.effective else None),
        ("document.valid_until", wording.day(document.valid_until) if document.valid_until else None),
        ("document.superseded_by", later),
        ("document.duplicate_of", copy_of),
        ("document.container", document.container),
        ("document.language", language),
        ("document.replaces", "；".join(document.replaces)),
        ("document.url", link if link else document.url),
        ("document.source", document.source),
        ("document.version", wording.text("document.version.value", version=document.version)),
    ]
    told = (element("div", element("dt", wording.text(key)), element("dd", value)) for key, value in rows if value)
    return element("dl", *told, class_="facts")


def _findings(document: Document, wording: Wording) -> Html:
    """Return what reading the file changed and what it left in doubt."""
    repairs = [wording.repair(name, times) for name, times in document.repairs.items() if times]
    doubts = [wording.doubt(code) for code in document.doubts]
    parts = (("document.doubts", doubts), ("document.repairs", repairs))
    return join(
        *(
            element(
                "details",
                element("summary", wording.text(key)),
                element("ul", *(element("li", item) for item in items)),
                open=key == "document.doubts",
            )
            for key, items in parts
            if items
        )
    )


def _contents(document: Document, wording: Wording) -> Html:
    if len(document.sections) < 2:
        return join()
    rows = (
        element(
            "li",
            element("a", line(section.heading), href=f"#s-{section.start}"),
            class_=f"depth-{min(section.level, 4)}",
        )
        for section in document.sections
    )
    summary = element("summary", wording.text("document.contents"))
    return element("details", summary, element("nav", element("ul", *rows), lang="zh"), class_="contents")


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


def _paragraphs(document: Document, wording: Wording, quote: Span | None) -> Iterator[Html]:
    """Yield the text line by line; every character stays at its offset, which ``data-start`` tells."""
    sections = {section.start: section for section in document.sections}
    pages = {begin.start: begin.page for begin in document.pages}
    start, named = 0, False
    for words in document.text.split("\n"):
        end = start + len(words)
        section = next((sections[at] for at in range(start, end + 1) if at in sections), None)
        if start in pages:
            yield element("p", wording.text("document.page", page=pages[start]), class_="page", lang=wording.language)
        if words.strip() or section:
            quoted = _cut(quote, start, end) if quote else None
            content = join(*_pieces(document, (start, end), quoted, "quote" if quoted and not named else None))
            named = named or quoted is not None
            yield _block(section, words, content, start)
        start = end + 1


def _block(section: Section | None, words: str, content: Html, start: int) -> Html:
    if section is None:
        return element("p", content, data_start=start)
    is_heading = len(words.strip()) <= len(section.heading) + _HEADING_SLACK
    tag = f"h{min(section.level + 1, 6)}" if is_heading else "p"
    return element(tag, content, id=f"s-{section.start}", data_start=start)


def _pieces(document: Document, row: Span, quoted: Span | None, anchor: str | None) -> Iterator[Html]:
    """Yield a line cut where a mark or the quote begins or ends, so that no tag crosses another."""
    if quoted is None:
        yield from _marked(document, *row)
        return
    yield from _marked(document, row[0], quoted[0])
    yield element("mark", *_marked(document, *quoted), id=anchor, class_="quoted", tabindex="-1" if anchor else None)
    yield from _marked(document, quoted[1], row[1])


def _marked(document: Document, start: int, end: int) -> Iterator[Html]:
    marks = [(cut, mark.kind) for mark in document.marks if (cut := _cut((mark.start, mark.end), start, end))]
    edges = sorted({start, end, *(edge for cut, _ in marks for edge in cut)})
    for left, right in pairwise(edges):
        words = document.text[left:right]
        kind = next((kind for (begin, stop), kind in marks if begin <= left and right <= stop), None)
        yield element("span", words, class_=kind.value) if kind else join(words)


def _cut(span: Span, start: int, end: int) -> Span | None:
    """Return the part of a span that lies in ``start..end``, or None where there is none."""
    left, right = max(span[0], start), min(span[1], end)
    return (left, right) if left < right else None
