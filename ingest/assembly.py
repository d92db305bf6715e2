"""Embed what is new and build a generation from documents that are ready."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.base import Base, choose_base
from ingest.building import build_generation
from ingest.chunking import embedding_text
from ingest.documents import pipeline_fingerprint
from ingest.embedding_cache import EmbeddingCache
from ingest.generation import Entry, Progress, new_generation_id, now_utc
from rag.domain import RemovedDocument
from rag.errors import IndexDamagedError
from rag.generations import FORMAT, DataLayout, Manifest
from rag.ports import Embedding
from rag.settings import Settings


def assemble_generation(  # noqa: PLR0913 what a generation is made from, each named by the caller
    layout: DataLayout,
    entries: Sequence[Entry],
    embedding: Embedding,
    settings: Settings,
    *,
    parent: str | None,
    places: tuple[str, ...],
    progress: Progress,
    corrections: str = "",
    removed: Sequence[RemovedDocument] = (),
    held: bool = False,
) -> tuple[Manifest, int]:
    """Build and verify a generation; return its manifest and how many chunks had to be embedded.

    It starts from a copy of ``parent`` where that pays (``ingest.base``) and else from nothing; what comes out is the
    same. ``corrections`` is the digest of admins' corrections that ``entries`` hold, ``removed`` what can be restored;
    with ``held`` it must be checked before it is published.

    Raises:
        IndexDamagedError: what was written does not read back as it should; nothing is left behind.
        NotAvailableError: it cannot be written, or the vector server does not answer.
    """

    def assembled(base: Base | None) -> tuple[Manifest, int]:
        texts = {
            digest: embedding_text(entry.document.title, chunk)
            for entry in entries
            for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
            if base is None or chunk.chunk_id not in base.chunks
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
            corrections=corrections,
            steps=base.manifest.steps + 1 if base is not None else 0,
            stale_rows=base.stale_rows if base is not None else 0,
        )
        build_generation(layout, entries, vectors, manifest, progress, removed, base, settings.vectors, held=held)
        return manifest, embedded

    # A collection on a server cannot be copied but row by row, which is no less work than building it.
    on_server = settings.vectors.server is not None
    base = None if on_server else choose_base(layout, parent, entries, embedding.fingerprint)
    if base is not None:
        try:
            return assembled(base)
        except IndexDamagedError:
            # The parent is damaged, or its copy does not take the change: what is kept in the documents suffices.
            progress("rebuild", 0, 1)
    return assembled(None)
