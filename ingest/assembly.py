"""Embed what is new and build a generation from documents that are ready."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.chunking import embedding_text
from ingest.documents import pipeline_fingerprint
from ingest.embedding_cache import EmbeddingCache
from ingest.generation import Entry, Progress, build_generation, new_generation_id, now_utc
from rag.generations import FORMAT, DataLayout, Manifest
from rag.ports import Embedding
from rag.settings import Settings


def assemble_generation(
    layout: DataLayout,
    entries: Sequence[Entry],
    embedding: Embedding,
    settings: Settings,
    *,
    parent: str | None,
    places: tuple[str, ...],
    progress: Progress,
) -> tuple[Manifest, int]:
    """Build and verify a generation; return its manifest and how many chunks had to be embedded.

    Raises:
        IndexDamagedError: what was written does not read back as it should; nothing is left behind.
    """
    texts = {
        digest: embedding_text(entry.document.title, chunk)
        for entry in entries
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
    }
    with EmbeddingCache(layout.embedding_cache) as cache:
        vectors, embedded = cache.vectors(embedding, texts, lambda done, total: progress("embed", done, total))
    manifest = Manifest(
        format=FORMAT,
        generation=new_generation_id(),
        created=now_utc(),
        parent=parent,
        model=embedding.fingerprint,
        embedding_model=settings.embedding.model,
        dimension=embedding.dimension,
        documents=len(entries),
        chunks=sum(len(entry.chunks) for entry in entries),
        pipeline=pipeline_fingerprint(settings.chunking.target_chars, settings.chunking.max_chars),
        places=places,
        k1=settings.retrieval.k1,
        b=settings.retrieval.b,
    )
    build_generation(layout, entries, vectors, manifest, progress)
    return manifest, embedded
