"""Build an index generation beside the served one: from nothing, or by changing a copy of its parent.

Either way the content is the same and the same check runs before the folder gets its name. What a copy saves is the
vector graph and the segmentation of unchanged texts; the library is small and is always written anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.base import Base
from ingest.generation import BUILDING, SELF_SIMILARITY, Entry, Progress, verify_generation
from ingest.lexical_building import LexicalBuild, Unit, lexical_build
from rag.domain import RemovedDocument
from rag.errors import NotAvailableError
from rag.generations import DataLayout, Manifest, write_manifest
from rag.library import write_library
from rag.ports import FloatArray
from rag.vectors import Row, VectorWriter, copy_store

_REPAIRS = 3
"""HNSW leaves a few rows without a way in: their neighbours found nearer ones later and cut the links. Of 39,002 rows 10
could not be reached and 19 of 9,999 documents were not found at once. A row that is stored again gets fresh links. What
is still lost after these rounds, the verification refuses."""


def build_generation(
    layout: DataLayout,
    entries: Sequence[Entry],
    vectors: Mapping[str, FloatArray],
    manifest: Manifest,
    progress: Progress,
    removed: Sequence[RemovedDocument] = (),
    base: Base | None = None,
) -> Path:
    """Write a complete, verified generation and return its folder; it is not published yet.

    ``vectors`` maps the digests of chunks that ``base`` does not have to (dimension,) float32 unit vectors;
    ``removed`` are documents that can be restored.

    Raises:
        IndexDamagedError: what was written does not read back as it should, or ``base`` cannot be read.
        NotAvailableError: it cannot be written, for example because the disk is full.
    """
    building = layout.generations / f"{BUILDING}{manifest.generation}"
    build = LexicalBuild(
        building / "lexical", manifest.k1, manifest.b, base.folder / "lexical" if base is not None else None
    )
    try:
        building.mkdir(parents=True)
        with lexical_build(build, _units(entries, base), progress):
            write_library(
                building / "library.sqlite",
                [(entry.document, entry.chunks, entry.digests, entry.signature) for entry in entries],
                removed,
            )
            answered = _write_vectors(building / "chroma", entries, vectors, base, progress)
        write_manifest(building, manifest)
        verify_generation(building, progress, answered=answered)
        finished = layout.generation(manifest.generation)
        building.rename(finished)
    except OSError as error:
        raise NotAvailableError(f"the new generation cannot be written: {error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)  # after the renaming there is nothing of that name
    return finished


def _units(entries: Sequence[Entry], base: Base | None) -> list[Unit]:
    documents = base.documents if base is not None else {}
    places = base.chunks if base is not None else {}
    units = []
    for entry in entries:
        kept = documents.get(entry.document.document_id)
        chunks = tuple(
            (places.get(chunk.chunk_id), " ".join(chunk.section), chunk.text if kept is None else "")
            for chunk in entry.chunks
        )
        units.append(Unit(entry.document.title, kept, chunks))
    return units


def _write_vectors(
    folder: Path,
    entries: Sequence[Entry],
    vectors: Mapping[str, FloatArray],
    base: Base | None,
    progress: Progress,
) -> set[str]:
    """Write the vector store; return the documents that were seen to answer for themselves.

    In a copied store the unchanged ones count as seen: they answered when their generation was verified.
    """
    rows: list[Row] = [
        (chunk.chunk_id, digest, vectors[digest])
        for entry in entries
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
        if base is None or chunk.chunk_id not in base.chunks
    ]
    if base is None:
        folder.mkdir()
    else:
        copy_store(base.folder / "chroma", folder)
    writer = VectorWriter(folder)
    try:
        if base is not None:
            writer.remove(base.dropped)
        writer.add(rows, lambda done, total: progress("store", done, total))
        for _ in range(_REPAIRS):
            lost = writer.unreachable()
            if not lost:
                break
            writer.store_again(lost)
        kept = base.documents if base is not None else {}
        return set(kept) | _answering(
            writer, [entry for entry in entries if entry.document.document_id not in kept], vectors
        )
    finally:
        writer.close()


def _answering(writer: VectorWriter, entries: Sequence[Entry], vectors: Mapping[str, FloatArray]) -> set[str]:
    """Return the documents whose first chunk's vector finds itself, storing again those that are not found at first."""
    asked = {e.chunks[0].chunk_id: e for e in entries if e.chunks and e.digests[0] in vectors}
    answered: set[str] = set()
    for _ in range(_REPAIRS):
        if not asked:
            break
        rows = [vectors[entry.digests[0]] for entry in asked.values()]
        cosines = writer.best_cosines(np.stack(rows))
        missed = {}
        for (chunk_id, entry), vector, cosine in zip(list(asked.items()), rows, cosines, strict=True):
            if cosine >= SELF_SIMILARITY:
                answered.add(entry.document.document_id)
            elif vector.any():
                missed[chunk_id] = entry
        asked = missed
        if asked:
            writer.store_again(list(asked))
    return answered
