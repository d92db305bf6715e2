"""Lay out the places in a file where facts about it are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from ingest.blocks import Block, LoadedFile
from ingest.metadata_issuer import Adoption, Signature, adoption, labelled_facts, signature

FRONT_MATTER, HTML_META = "front_matter", "html_meta"
_HEAD_BLOCKS = 14
_HEAD_LINE_CHARS = 160
_EDGE_LINES = 40

_DECLARED = {
    "title": ("policychat:title", "title"),
    "page_title": ("articletitle",),
    "site": ("sitename",),
    "column": ("columnname",),
    "language": ("policychat:language", "language"),
    "region": ("policychat:region", "region"),
    "issuer": ("policychat:issuer", "issuer"),
    "author": ("author",),
    "source": ("contentsource", "source"),
    "published": ("published", "pubdate", "publishdate", "article:published_time", "date", "dc.date"),
    "url": ("source_url", "url"),
    "authority": ("policychat:authority", "authority"),
    "type": ("policychat:type", "type"),
    "validity": ("policychat:validity", "validity"),
    "valid_until": ("policychat:valid_until", "valid_until"),
    "effective": ("policychat:effective", "effective"),
    "replaces": ("policychat:replaces", "replaces"),
    "demonstration": ("policychat:demonstration", "demonstration"),
    "document_number": ("policychat:document_number", "document_number"),
}
"""Names under which files declare a fact: ours, then those that government site software writes into ``meta`` tags."""

_DECLARING = frozenset({"text/markdown", "text/plain", "text/html"})
"""Formats whose facts somebody wrote for this text. The properties of office files and PDFs are left over from the
template or from the text before (title: 请示报告专用纸), so of them only names that begin with ``policychat:`` count."""


@dataclass(frozen=True, slots=True)
class Page:
    """The places in a file where facts are looked for, read once."""

    blocks: tuple[Block, ...]
    format_title: str | None
    """The title that the format names, already freed of the site's name by the loader."""
    property_title: str | None
    """The title in the properties of an office file or PDF, a weak hint."""
    declared: Mapping[str, str]
    """Facts in machine-readable form, keyed by our names."""
    declared_origin: str
    lines: tuple[str, ...]
    head: tuple[str, ...]
    """The short ones among the first lines."""
    removed: tuple[str, ...]
    """What cleaning took for furniture, the first and last of it; between them there are menus and contents lists."""
    labelled: Mapping[str, str]
    adopted: Adoption | None
    signed: Signature | None
    stem: str
    """File name without its ending."""
    today: date


def read_page(loaded: LoadedFile, blocks: Sequence[Block], removed: Sequence[str], source: str, today: date) -> Page:
    """Return the page of one file; the arguments are those of ``ingest.metadata.extract_metadata``."""
    lines = tuple(block.text for block in blocks)
    head = tuple(line for line in lines[:_HEAD_BLOCKS] if len(line) <= _HEAD_LINE_CHARS)
    found = {name.lower(): value for name, value in loaded.metadata.items()}
    property_title = None
    if loaded.media_type not in _DECLARING:
        property_title = found.get("title", "").strip() or None
        margins = [line.strip() for name in ("header", "footer") for line in found.get(name, "").splitlines()]
        removed = (*removed, *(line for line in margins if line))
        found = {name: value for name, value in found.items() if name.startswith("policychat:")}
    declared = {}
    for fact, names in _DECLARED.items():
        value = next((found[name].strip() for name in names if found.get(name, "").strip()), None)
        if value is not None:
            declared[fact] = value
    if len(removed) > 2 * _EDGE_LINES:
        removed = (*removed[:_EDGE_LINES], *removed[-_EDGE_LINES:])
    return Page(
        blocks=tuple(blocks),
        format_title=loaded.title,
        property_title=property_title,
        declared=declared,
        declared_origin=HTML_META if loaded.media_type == "text/html" else FRONT_MATTER,
        lines=lines,
        head=head,
        removed=tuple(removed),
        labelled=labelled_facts([*head, *(line for line in removed if len(line) <= _HEAD_LINE_CHARS)]),
        adopted=adoption(lines),
        signed=signature(lines),
        stem=PurePosixPath(source).stem.strip(),
        today=today,
    )
