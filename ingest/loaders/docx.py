"""Read Word files: body, numbers, notes, tables in document order; headers and footers; file properties."""

from __future__ import annotations

import re
from typing import Any

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.docx_body import Body
from ingest.loaders.docx_hidden import Visibility
from ingest.loaders.docx_numbering import Numbering
from ingest.loaders.docx_styles import Styles, W, is_on
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.office_package import Package, read_package
from ingest.loaders.titles import confirmed_title
from rag.errors import SourceError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PAGE_NUMBER = re.compile(
    r"^[\s\-—–―－_·.]*(?:第|page|共|of|/|[页頁\d\s一-十,，/／\-—–－])+[\s\-—–―－_·.]*$", re.IGNORECASE
)
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff][〔\[［(（]\s*(?:19|20)\d{2}\s*[〕\]］)）]\s*第?\s*\d+\s*号")
_NOT_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_FACTS = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "subject": "{http://purl.org/dc/elements/1.1/}subject",
    "keywords": "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords",
}
_MAX_MARGIN_CHARS = 500


def _notes(package: Package, main: str) -> dict[str, Any]:
    """Return footnotes under ``f`` and endnotes under ``e`` with their ids."""
    found: dict[str, Any] = {}
    for kind, tag in (("footnotes", "footnote"), ("endnotes", "endnote")):
        root = package.first(main, kind)
        for note in root.iterfind(f"{W}{tag}") if root is not None else ():
            if note.get(f"{W}type") not in _NOT_NOTES:
                found[f"{tag[0]}{note.get(f'{W}id')}"] = note
    return found


def _margin_lines(package: Package, main: str, root: Any, kind: str, body: Body) -> list[str]:
    """Return the lines of the headers or footers that are really shown, each once, without page numbers."""
    settings = package.first(main, "settings")
    even = is_on(settings, "evenAndOddHeaders") is True
    targets = package.related(main, kind)
    lines: dict[str, None] = {}
    seen: set[str] = set()
    for section in root.iter(f"{W}sectPr"):
        shown = {"default"} | ({"even"} if even else set()) | ({"first"} if is_on(section, "titlePg") else set())
        for reference in section.iterfind(f"{W}{kind}Reference"):
            target = targets.get(reference.get(_R_ID) or "")
            if target is None or target in seen or (reference.get(f"{W}type") or "default") not in shown:
                continue
            seen.add(target)
            part = package.parsed(target)
            texts = body.lines(part) if part is not None else []
            lines.update(dict.fromkeys(line for line in texts if not _PAGE_NUMBER.match(line)))
    return list(lines)


def _key(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _with_margins(
    blocks: tuple[Block, ...], header: list[str], footer: list[str]
) -> tuple[tuple[Block, ...], dict[str, str]]:
    """Keep headers and footers out of the running text: facts, unless the body repeats them.

    A line with a document number leads the text: the imprint of some offices stands in the header only.
    """
    body = _key("".join(block.text for block in blocks))
    facts: dict[str, str] = {}
    numbers: list[Block] = []
    for name, lines in (("header", header), ("footer", footer)):
        own = [line for line in lines if _key(line) not in body]
        if own:
            facts[name] = "；".join(own)[:_MAX_MARGIN_CHARS]
        numbers += [Block(BlockKind.PARAGRAPH, line) for line in own if _DOCUMENT_NUMBER.search(line)]
    return (*numbers, *blocks), facts


def _facts(package: Package) -> dict[str, str]:
    root = package.first("", "core-properties")
    found = {name: root.findtext(f".//{tag}") for name, tag in _FACTS.items()} if root is not None else {}
    return {name: " ".join(value.split()) for name, value in found.items() if value and value.strip()}


def _note_comments(package: Package, main: str, body: Body) -> None:
    """Report the remarks in the margin: they are not the document's words and are shown to nobody who prints it."""
    root = package.first(main, "comments")
    for comment in root.iterfind(f"{W}comment") if root is not None else ():
        text = " ".join(body.lines(comment))
        if text:
            body.note("hidden_text", text)


def load_docx(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return the text of a Word file as a reader sees it.

    The numbers that Word computes stand in front of their paragraphs (repair ``automatic_numbers``). A footnote
    follows the paragraph that refers to it as ``[注1]``. Table rows are written with their column names. What
    headers and footers say beyond the body is in the metadata as ``header`` and ``footer``, beside ``title``,
    ``keywords`` and ``subject`` of the file properties. Repairs: ``hidden_text`` (also comments) and
    ``deleted_text`` (tracked changes) count what was left out, ``broken_links`` relationships that lead nowhere.

    Raises:
        SourceError: encrypted, damaged or too large when unpacked.
    """
    from lxml import etree

    package = read_package(name, data, limits)
    try:
        main = next(iter(package.related("", "officeDocument").values()), "word/document.xml")
        root = package.parsed(main)
        element = root.find(f"{W}body") if root is not None else None
        if root is None or element is None:
            raise SourceError(f"{name}: the DOCX is damaged and cannot be read (it holds no document)")
        styles = Styles(package.first(main, "styles"))
        numbering = Numbering(package.first(main, "numbering"), styles)
        body = Body(styles, numbering, Visibility(styles, element), _notes(package, main))
        blocks = tuple(body.blocks(element))
        _note_comments(package, main, body)
        header, footer = (_margin_lines(package, main, root, kind, body) for kind in ("header", "footer"))
        metadata = _facts(package)
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError, etree.LxmlError) as error:
        raise SourceError(f"{name}: the DOCX is damaged and cannot be read ({type(error).__name__})") from error
    blocks, margins = _with_margins(blocks, header, footer)
    repairs = dict(body.repairs)
    if package.broken_links:
        repairs["broken_links"] = package.broken_links
    samples = {kind: tuple(kept) for kind, kept in body.samples.items()}
    title = confirmed_title(metadata.get("title"), blocks)
    return LoadedFile(MEDIA_TYPE, blocks, title, metadata | margins, repairs, samples=samples)
