"""Read the text layer of PDF files: paragraphs and tables with page numbers, without running headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.blocks import LoadedFile
from ingest.cleaning.repaired import first_samples
from ingest.loaders.hyphenation import joined_words
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.page_text import Line, Ready, paragraphs, without_running_lines
from ingest.loaders.pdf_pages import PageContent, read_pages
from ingest.loaders.ruled_tables import RuledTable, continued
from ingest.loaders.tables import table_blocks
from ingest.loaders.titles import confirmed_title
from rag.errors import SourceError

MEDIA_TYPE = "application/pdf"

_NOT_TEXT = str.maketrans("", "", "\uffff\x00")
"""PDFium's marks for glyphs that its tables do not know."""


_TABLE_GOES_ON = re.compile(r"[(（]?(?:续|接)上?表")


def _lines(part: str, page: int) -> list[Line]:
    found = []
    for raw in part.translate(_NOT_TEXT).splitlines():
        text = raw.strip()
        if text:
            found.append(Line(text, page, raw[0] in " \u3000\u00a0"))
    return found


def _items(page: PageContent, number: int) -> list[Line | RuledTable]:
    found: list[Line | RuledTable] = []
    for part in page.parts:
        if isinstance(part, str):
            found.extend(_lines(part, number))
        else:
            found.append(part)
    return found


def _with_rows(pages: Sequence[Sequence[Line | RuledTable]]) -> list[Line | Ready]:
    """Write tables as rows; one that opens a page goes on with the one that closed the page before."""
    found: list[Line | Ready] = []
    before: RuledTable | None = None
    for page in pages:
        for item in page:
            if isinstance(item, RuledTable):
                before = continued(item, before)
                found.append(tuple(table_blocks(before.rows, before.page)))
            else:
                if not _TABLE_GOES_ON.match(item.text):
                    before = None
                found.append(item)
    return found


def load_pdf(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return the paragraphs of a PDF's text layer, each with the page it begins on.

    Tables with ruling lines become rows that keep their headers. ``running_lines`` counts dropped headers, footers
    and page numbers, ``hyphenation`` joined words, ``hidden_text`` text that no reader sees and that was left out.
    A title in the file's properties is taken only if the opening of the text repeats it. Pages that show something
    without having text for it are ``unread_pages`` and a doubt; their few characters, if any, are still given.

    Raises:
        SourceError: encrypted, truncated or damaged file, too many pages, too much text, or nothing to read.
    """
    pages, properties = read_pages(name, data, limits.max_text_chars)
    kept, running = without_running_lines([_items(page, number) for number, page in enumerate(pages, 1)])
    blocks, hyphens = joined_words(paragraphs(_with_rows(kept)))
    unread = tuple(number for number, page in enumerate(pages, 1) if page.unread)
    if not blocks and not unread:
        raise SourceError(f"{name}: the PDF shows nothing that could be read")
    changed = {
        "running_lines": running,
        "hyphenation": hyphens,
        "hidden_text": [words for page in pages for words in page.hidden],
    }
    facts = {key.lower(): value.strip() for key, value in properties.items() if key in ("Title", "Keywords", "Subject")}
    return LoadedFile(
        MEDIA_TYPE,
        tuple(blocks),
        title=confirmed_title(facts.get("title"), blocks),
        metadata={key: value for key, value in facts.items() if value},
        repairs={repair: len(found) for repair, found in changed.items() if found},
        doubts=("pages_without_text",) if unread else (),
        samples={repair: first_samples(found) for repair, found in changed.items() if found},
        unread_pages=unread,
    )
