"""Turn one file's bytes into a document and its chunks; every step is a pure function of that file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ingest.blocks import Block, LoadedFile
from ingest.chunking import chunk_digest, chunk_document
from ingest.cleaning import CleanedFile, find_marks
from ingest.generation import Entry
from ingest.metadata import extract_metadata
from ingest.near_duplicates import signature
from ingest.sections import lay_out
from rag.domain import Document, document_id_for
from rag.folding import fold
from rag.regions import Gazetteer
from rag.settings import ChunkingSettings

_CODE = (
    "ingest/**/*.py",
    "rag/outline.py",
    "rag/folding.py",
    "rag/region*.py",
    "rag/domain.py",
    "rag/numerals.py",
    "rag/chinese_numbers.py",
    "rag/data/*",
)

_HEAD_BLOCKS = 8
"""Lines at the head of a document among which its title may stand."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file, or one part of a compilation, read and cleaned, before anything is known about the others."""

    source: str
    root: str
    sha256: str
    cleaned: CleanedFile
    container: str | None = None
    """Source of the compilation that this is a part of."""


@cache
def pipeline_fingerprint(target_chars: int, max_chars: int) -> str:
    """Return the digest of the code and settings that turn bytes into chunks.

    When it differs from a generation's, that generation's documents are read again from their kept originals,
    so an improved cleaning step reaches old documents without anybody asking.
    """
    base = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{target_chars},{max_chars}".encode())
    for pattern in _CODE:
        for path in sorted(base.glob(pattern)):
            if path.is_file():
                digest.update(path.relative_to(base).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def declared_region(metadata: Mapping[str, str]) -> str:
    """Return the place that a file declares in machine-readable form, or an empty string."""
    return (metadata.get("region") or metadata.get("policychat:region") or "").strip()


def make_document(item: Prepared, gazetteer: Gazetteer) -> Document:
    """Lay out one cleaned file and settle what is known about it on its own."""
    cleaned = item.cleaned
    loaded = LoadedFile(cleaned.media_type, cleaned.blocks, cleaned.title, cleaned.metadata)
    metadata = extract_metadata(loaded, cleaned.blocks, cleaned.removed_lines, item.source, gazetteer)
    laid_out = lay_out(_without_title(cleaned.blocks, metadata.title))
    marks = find_marks(laid_out.text)
    doubts = dict.fromkeys((*cleaned.doubts, *metadata.doubts, *(mark.kind.value for mark in marks)))
    return Document(
        document_id=document_id_for(item.source),
        source=item.source,
        root=item.root,
        sha256=item.sha256,
        media_type=cleaned.media_type,
        title=metadata.title,
        text=laid_out.text,
        sections=laid_out.sections,
        marks=marks,
        pages=laid_out.pages,
        region=metadata.region,
        region_code=metadata.region_code,
        issuer=metadata.issuer,
        published=metadata.published,
        effective=metadata.effective,
        language=metadata.language,
        certainty=metadata.certainty,
        document_number=metadata.document_number,
        type=metadata.type,
        authority=metadata.authority,
        validity=metadata.validity,
        valid_until=metadata.valid_until,
        replaces=metadata.replaces,
        container=item.container,
        url=metadata.url,
        demonstration=metadata.demonstration,
        repairs=cleaned.repairs,
        samples=cleaned.samples,
        doubts=tuple(doubts),
        origins=metadata.origins,
    )


def _without_title(blocks: Sequence[Block], title: str) -> list[Block]:
    """The title stands above the text everywhere; kept in it, it would be the heading of every section.

    Some lines may stand before it: the name of the office, a file number.
    """
    folded = fold(title)
    at = next((n for n, block in enumerate(blocks[:_HEAD_BLOCKS]) if fold(block.text) == folded), None)
    return [block for n, block in enumerate(blocks) if n != at or len(blocks) == 1]


def make_entry(document: Document, settings: ChunkingSettings) -> Entry:
    """Chunk a document and sign its text."""
    chunks = tuple(chunk_document(document.document_id, document.text, document.sections, settings))
    digests = tuple(chunk_digest(document.title, chunk) for chunk in chunks)
    return Entry(document, chunks, digests, signature(document.text))


def with_document(entry: Entry, document: Document) -> Entry:
    """Return an entry whose document's facts changed and whose text did not; digests depend on the title."""
    if document.title == entry.document.title:
        return replace(entry, document=document)
    return replace(
        entry, document=document, digests=tuple(chunk_digest(document.title, chunk) for chunk in entry.chunks)
    )
