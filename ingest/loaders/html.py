"""Read web pages: the main text with its headings, lists and tables, in reading order.

The main text is chosen here and not by an extraction library: see docs/adr/0007-main-text-of-web-pages.md.
"""

from __future__ import annotations

import re

from ingest.blocks import Block, LoadedFile
from ingest.loaders.encoding import decoded
from ingest.loaders.html_blocks import Element, element_blocks
from ingest.loaders.html_chrome import remove_unseen
from ingest.loaders.titles import without_site_name
from rag.errors import SourceError

MEDIA_TYPE = "text/html"

_CHARSET = re.compile(rb"""(?:<meta[^>]+charset|<\?xml[^>]+encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
_HEAD_BYTES = 8192
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TITLE_NAMES = ("articletitle", "og:title", "dc.title", "title")

_SHARE_OF_PROSE = 0.75
"""The main element holds at least this share of the text outside links; a lower one would lose a page's annex."""
_NEARBY_CHARS = 600
"""How much text beside the main element (title, date line, signature) is still part of the document."""


def _parse(text: str) -> Element:
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_pis=True, huge_tree=False)
    markup = _XML_DECLARATION.sub("", text.replace("\0", ""))
    try:
        return html.document_fromstring(markup, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _metadata(root: Element) -> dict[str, str]:
    facts: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = " ".join((meta.get("content") or "").split())
        if name and content:
            facts.setdefault(name, content)
    for link in root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            facts.setdefault("url", link.get("href").strip())
    if "og:url" in facts:
        facts.setdefault("url", facts["og:url"])
    page_title = root.findtext(".//title")
    if page_title and page_title.strip():
        facts["title"] = " ".join(page_title.split())
    return facts


def _prose_lengths(body: Element) -> dict[Element, int]:
    """Return for each element how many characters below it stand outside links."""
    lengths: dict[Element, int] = {}
    for element in reversed(list(body.iter())):
        if not isinstance(element.tag, str):
            continue
        own = len((element.text or "").strip()) if element.tag != "a" else 0
        for child in element:
            own += len((child.tail or "").strip())
            own += lengths.get(child, 0) if child.tag != "a" else 0
        lengths[element] = own
    return lengths


def _main_element(body: Element) -> Element:
    """Return the smallest element with most of the prose, widened to the title and date line beside it."""
    lengths = _prose_lengths(body)
    main = body
    while True:
        inner = [
            child
            for child in main
            if isinstance(child.tag, str) and child.tag not in ("p", "table", "ul", "ol", "span")
        ]
        largest = max(inner, key=lambda child: lengths[child], default=None)
        if largest is None or lengths[largest] < _SHARE_OF_PROSE * lengths[body]:
            break
        main = largest
    while main is not body:
        parent = main.getparent()
        if lengths[parent] - lengths[main] > _NEARBY_CHARS:
            break
        main = parent
    return main


def _title(facts: dict[str, str], blocks: list[Block]) -> str | None:
    for name in _TITLE_NAMES:
        if facts.get(name):
            return without_site_name(facts[name], blocks)
    return None


def load_html(name: str, data: bytes) -> LoadedFile:
    """Return the main text of a page, the names and contents of its ``meta`` tags, ``title`` and ``url``.

    Hidden text and site furniture are dropped and counted as ``hidden_text`` and ``boilerplate``.

    Raises:
        SourceError: the bytes are not text, or there is no page in them.
    """
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    text = decoded(name, data, declared[1].decode("ascii") if declared else None)
    root = _parse(text.text)
    body = root.find(".//body") if root is not None else None
    if body is None:
        raise SourceError(f"{name}: no HTML page in this file")
    facts = _metadata(root)
    removed = remove_unseen(body)
    blocks = element_blocks(_main_element(body))
    return LoadedFile(
        MEDIA_TYPE,
        tuple(blocks),
        title=_title(facts, blocks),
        metadata=facts,
        repairs={**text.repairs, **removed.repairs},
        samples={**text.samples, **removed.samples},
    )
