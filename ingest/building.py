"""Build an index generation beside the served one: from nothing, or by changing a copy of its parent.

Either way the content is the same and the same check runs before the folder gets its name. What a copy saves is the
vector graph and the segmentation of unchanged texts; the library is small and is always written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.base import Base
from ingest.generation import BUILDING, SELF_SIMILARITY, Entry, Progress, discard, verify_generation
from ingest.lexical_building import LexicalBuild, Unit, lexical_build
from rag.column_building import write_columns
from rag.columns import open_columns
from rag.domain import RemovedDocument
from rag.errors import NotAvailableError
from rag.generations import COLUMNS, DataLayout, Manifest, write_manifest
from rag.library import write_library
from rag.ports import FloatArray
from rag.regions import Gazetteer
from rag.settings import VectorStoreSettings
from rag.vector_server import FOLDER, finish_collection, mark_on_server, place_of
from rag.vector_store import Place
from rag.vector_writing import Row, VectorWriter, copy_store

_REPAIRS = 10
"""HNSW leaves a few rows without a way in: their neighbours found nearer ones later and cut the links. Of 39,002 rows 10
could not be reached and 19 of 9,999 documents were not found at once. A row that is stored again gets fresh links, and may
cut those of others: one round leaves a tenth of the lost ones. What is still lost after these rounds, or after one that
changed nothing, the columns note as strays."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What is known of a vector store once it is written."""

    answered: set[str]
    """Documents that were seen to be found by their own first chunk."""
    strays: set[str]
    """Chunks that its searches do not find; the generation's columns note them, and retrieval compares them one by one."""


def build_generation(  # noqa: PLR0913  everything that a generation is made of
    layout: DataLayout,
    entries: Sequence[Entry],
    vectors: Mapping[str, FloatArray],
    manifest: Manifest,
    progress: Progress,
    removed: Sequence[RemovedDocument] = (),
    base: Base | None = None,
    store: VectorStoreSettings | None = None,
    *,
    held: bool = False,
) -> Path:
    """Write a complete, verified generation and return its folder; it is not published yet.

    With ``held`` it is marked so before it has its name: nobody ever sees it as one that could simply be published.
    ``vectors`` maps the digests of chunks that ``base`` does not have to (dimension,) float32 unit vectors;
    ``removed`` are documents that can be restored. The vectors go to the server that ``store`` names, else into the folder.

    Raises:
        IndexDamagedError: what was written does not read back as it should, or ``base`` cannot be read.
        NotAvailableError: it cannot be written, for example because the disk is full.
    """
    store = store or VectorStoreSettings()
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
            if store.server is not None:
                mark_on_server(building)
            place = place_of(building, manifest.generation, store)
            written = _write_vectors(place, entries, vectors, base, progress)
            texts = ((entry.document, entry.chunks) for entry in entries)
            write_columns(
                building / COLUMNS,
                texts,
                _in_order(entries, vectors, base),
                manifest.dimension,
                Gazetteer.load(extra=manifest.places),
                _positions(entries, written.strays),
            )
        write_manifest(building, manifest)
        verify_generation(building, progress, answered=written.answered, store=store)
        if store.server is not None:
            finish_collection(manifest.generation, store)
        finished = layout.generation(manifest.generation)
        if held:
            layout.held(manifest.generation).touch()
        building.rename(finished)
    except OSError as error:
        raise NotAvailableError(f"the new generation cannot be written: {error}") from error
    finally:
        discard(building, store)  # after the renaming there is nothing of that name
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


def _in_order(
    entries: Sequence[Entry], vectors: Mapping[str, FloatArray], base: Base | None
) -> Iterator[NDArray[np.floating]]:
    """Yield the vector of every chunk; those that ``base`` has stand in its columns."""
    before = open_columns(base.folder / COLUMNS).vectors if base is not None else None
    for entry in entries:
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True):
            place = base.chunks.get(chunk.chunk_id) if base is not None else None
            yield vectors[digest] if before is None or place is None else before[place]


def _write_vectors(
    place: Place,
    entries: Sequence[Entry],
    vectors: Mapping[str, FloatArray],
    base: Base | None,
    progress: Progress,
) -> _Written:
    """Write the vector store and have a look at what its searches find.

    In a copied store the unchanged ones count as seen: they answered when their generation was verified. A store on a
    server is never a copy, so ``base`` is None there.
    """
    rows: list[Row] = [
        (chunk.chunk_id, digest, vectors[digest])
        for entry in entries
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
        if base is None or chunk.chunk_id not in base.chunks
    ]
    if isinstance(place, Path):
        if base is None:
            place.mkdir()
        else:
            copy_store(base.folder / FOLDER, place)
    writer = VectorWriter(place, 0 if base is not None else len(rows))
    try:
        if base is not None:
            writer.remove(base.dropped)
        writer.add(rows, lambda done, total: progress("store", done, total))
        kept = base.documents if base is not None else {}
        answered, missed = _answering(
            writer, [entry for entry in entries if entry.document.document_id not in kept], vectors
        )
        lost = writer.unreachable()
        for _ in range(_REPAIRS):
            if not lost:
                break
            writer.store_again(lost)
            before, lost = lost, writer.unreachable()
            if lost == before:
                break
        return _Written(set(kept) | answered, {*lost, *missed, *_kept_strays(base)})
    finally:
        writer.close()


def _kept_strays(base: Base | None) -> set[str]:
    """Return the chunks that a copied store did not reach either."""
    if base is None:
        return set()
    strays = set(open_columns(base.folder / COLUMNS).strays.tolist())
    return {chunk_id for chunk_id, place in base.chunks.items() if place in strays} if strays else set()


def _positions(entries: Sequence[Entry], chunk_ids: Set[str]) -> list[int]:
    """Return where some chunks stand among all, ascending."""
    if not chunk_ids:
        return []
    ids = (chunk.chunk_id for entry in entries for chunk in entry.chunks)
    return [n for n, chunk_id in enumerate(ids) if chunk_id in chunk_ids]


def _answering(
    writer: VectorWriter, entries: Sequence[Entry], vectors: Mapping[str, FloatArray]
) -> tuple[set[str], set[str]]:
    """Return the documents whose first chunk's vector finds itself, and the first chunks that find nothing of their own.

    Those that are not found at first are stored again.

    A narrow search, which is quick, misses some that are found with the width that the store serves with. Storing these
    again would only harm: in 100,000 chunks that left 41 others without a way in.
    """
    asked = {e.chunks[0].chunk_id: e for e in entries if e.chunks and e.digests[0] in vectors}
    answered: set[str] = set()
    for n in range(2 * _REPAIRS):
        if not asked:
            break
        rows = [vectors[entry.digests[0]] for entry in asked.values()]
        cosines = writer.best_cosines(np.stack(rows), widely=n % 2 == 1)
        missed = {}
        for (chunk_id, entry), vector, cosine in zip(list(asked.items()), rows, cosines, strict=True):
            if cosine >= SELF_SIMILARITY:
                answered.add(entry.document.document_id)
            elif vector.any():
                missed[chunk_id] = entry
        asked = missed
        if asked and n % 2 == 1:
            writer.store_again(list(asked))
    return answered, set(asked)
