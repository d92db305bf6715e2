"""Builds a generation from documents as they are given, a paragraph a chunk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.assembly import assemble_generation
from ingest.chunking import chunk_digest
from ingest.generation import Entry
from rag.domain import Chunk, Document
from rag.generations import DataLayout, Generation
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import RetrievalSettings, Settings
from tests.embeddings import HashEmbedding


def policy(name: str, *paragraphs: str, title: str = "", **facts: object) -> Document:
    """Return a document whose source is ``name``."""
    known: dict[str, object] = {"document_id": name, "source": name, "title": title or f"{name}通知"}
    known |= {"root": "/r", "sha256": "00", "media_type": "text/plain", "text": "\n".join(paragraphs)}
    return Document(**(known | facts))  # type: ignore[arg-type]


def entry_of(document: Document, sections: Sequence[tuple[str, ...]] = ()) -> Entry:
    """Return a document with a chunk for each line; ``sections`` are the headings above them, if any."""
    chunks, start = [], 0
    for n, line in enumerate(document.text.split("\n")):
        path = sections[n] if sections else ()
        name = f"{document.document_id}:{n}"
        chunks.append(Chunk(name, document.document_id, n, path, start, start + len(line), line))
        start += len(line) + 1
    digests = tuple(chunk_digest(document.title, chunk) for chunk in chunks)
    return Entry(document, tuple(chunks), digests)


def generation_of(folder: Path, *documents: Document) -> Generation:
    """Build and open a generation."""
    layout = DataLayout(folder / "data")
    layout.generations.mkdir(parents=True)
    manifest, _ = assemble_generation(
        layout,
        [entry_of(document) for document in documents],
        HashEmbedding(),
        Settings(),
        parent=None,
        places=tuple(sorted({document.region for document in documents if document.region})),
        progress=lambda *_: None,
    )
    return Generation(layout.generation(manifest.generation))


def retriever_over(generation: Generation, **weights: float) -> HybridRetriever:
    """Return what ranks a generation's chunks."""
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    return HybridRetriever(generation, HashEmbedding(), gazetteer, RetrievalSettings.model_validate(weights))
