"""Write an opened passage with what stands round it, for the pane beside the list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.domain import Document
from rag.errors import UnknownIdError
from rag.ports import Assistant
from ui.addresses import at
from ui.markup import Html, document_address, element, join, line
from ui.staff.asked import Asked
from ui.staff.highlighting import Highlighter, Span, highlighter, marked
from ui.staff.search_results import badges, citation_text, marks_of, provenance
from ui.wording import Wording

_AROUND_CHARS = 700
"""Characters above and below the passage: about a screen each."""
_HEADINGS = 3
_NAME = re.compile(r"([0-9a-f]{1,64}):(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is opened."""

    document: Document
    start: int
    end: int


def passage_named(assistant: Assistant, name: str) -> Passage:
    """Return the passage that the address names as ``<document id>:<start>-<end>``.

    Raises:
        UnknownIdError: this is no name of a passage, there is no such document, or its text is not that long any more.
        NotAvailableError: nothing is published.
    """
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise UnknownIdError(f"{name[:80]!r} names no passage")
    document = assistant.document(parts[1])
    start, end = int(parts[2]), int(parts[3])
    if not 0 <= start < end <= len(document.text):
        raise UnknownIdError(f"{document.document_id} has no characters {start} to {end}")
    return Passage(document, start, end)


def render_passage(passage: Passage, asked: Asked, wording: Wording) -> Html:
    """Return the inside of the pane: the passage marked in its surroundings, and the ways on from it."""
    document, start, end = passage.document, passage.start, passage.end
    text = wording.text
    words = highlighter(asked.words, asked.phrase)
    marks = marks_of(document, start, end)
    page = document.page_at(start)
    where = [text("answer.page", page=page)] if page is not None else []
    where += [" › ".join(line(one) for one in document.section_path_at(start)[-_HEADINGS:])]
    ways = element(
        "p",
        element("button", text("staff.copy"), type="button", class_="copy-passage primary", hidden=True),
        element(
            "a", text("staff.viewer"), href=document_address(document.document_id, start, end), class_="button viewer"
        ),
        element(
            "a",
            text("staff.compare.this"),
            href=f"{at('/staff/compare')}?document={document.document_id}",
            class_="button",
        ),
        element("a", text("staff.close"), href=f"{at('/staff/')}?{asked.query()}", class_="button close-passage"),
        class_="actions",
    )
    return element(
        "article",
        element("h2", line(document.title), lang="zh", id="passage-heading", tabindex="-1"),
        element("p", badges(document, marks, wording), provenance(document, wording), class_="facts-line"),
        element("p", " · ".join(part for part in where if part), class_="where", lang="zh"),
        ways,
        element("div", *_blocks(document, (start, end), words), class_="passage-text", lang="zh"),
        class_="passage",
        data_document=document.document_id,
        data_start=start,
        data_end=end,
        data_quote=document.text[start:end],
        data_cite=citation_text(document, start, wording),
        data_address=document_address(document.document_id, start, end),
    )


def _blocks(document: Document, quote: Span, words: Highlighter) -> list[Html]:
    """Return the lines round the passage; those of the passage itself stand in a block of their own."""
    text = document.text
    begin = text.rfind("\n", 0, max(0, quote[0] - _AROUND_CHARS)) + 1
    end = text.find("\n", min(len(text), quote[1] + _AROUND_CHARS))
    end = len(text) if end < 0 else end
    blocks = []
    for stretch, kind in (((begin, quote[0]), "before"), (quote, "quoted-passage"), ((quote[1], end), "after")):
        lines = _lines(document, stretch, words)
        if lines:
            blocks.append(element("div", *lines, class_=kind, id="opened" if kind == "quoted-passage" else None))
    more = (element("p", "…", class_="cut") if cut else join() for cut in (begin > 0, end < len(text)))
    return [next(more), *blocks, next(more)]


def _lines(document: Document, stretch: Span, words: Highlighter) -> list[Html]:
    offset, end = stretch
    lines = []
    for part in document.text[offset:end].split("\n"):
        if part.strip():
            spans = words.spans(part)
            doubts = marks_of(document, offset, offset + len(part))
            lines.append(element("p", marked(part, (0, len(part)), spans, doubts, offset)))
        offset += len(part) + 1
    return lines
