"""Decide whether a generation can start from a copy of its parent, and what of the parent stays.

Chroma's files never shrink, and rows that were taken out go on lying in its graph; so the copying stops after some
steps or some share of lost rows, and the next generation is built from nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.generation import Entry
from rag.errors import IndexDamagedError
from rag.generations import FORMAT, DataLayout, Manifest, read_manifest
from rag.library import SqliteLibrary

_COPIED = ("chroma", "lexical")
_MOST_STEPS = 20
_LARGEST_STALE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Base:
    """The parent generation, as far as its indexes can be taken over."""

    folder: Path
    manifest: Manifest
    chunks: dict[str, int]
    """Place in the parent's lexical index of each chunk that stays as it is, by id."""
    documents: dict[str, int]
    """The same of each document all of whose chunks stay."""
    dropped: tuple[str, ...]
    """Chunks that are gone, or whose words or headings changed."""

    @property
    def stale_rows(self) -> int:
        """Return how many rows the vector store will have lost when the next generation stands."""
        return self.manifest.stale_rows + len(self.dropped)


def choose_base(layout: DataLayout, parent: str | None, entries: Sequence[Entry], model: str) -> Base | None:
    """Return what can be taken over from ``parent``; None if it is cheaper or safer to build from nothing."""
    if parent is None:
        return None
    folder = layout.generation(parent)
    with suppress(IndexDamagedError):
        manifest = read_manifest(folder)
        whole = all((folder / part).is_dir() for part in _COPIED)
        if whole and (manifest.format, manifest.model) == (FORMAT, model) and manifest.steps < _MOST_STEPS:
            base = _compared(folder, manifest, entries)
            if base.stale_rows <= _LARGEST_STALE_SHARE * manifest.chunks:
                return base
    return None


def _compared(folder: Path, manifest: Manifest, entries: Sequence[Entry]) -> Base:
    with closing(SqliteLibrary(folder / "library.sqlite")) as library:
        before = library.chunk_digests()
        chunk_places = {chunk_id: n for n, chunk_id in enumerate(library.chunk_ids)}
        document_places = {document_id: n for n, document_id in enumerate(library.document_ids)}
        sizes = [0] * len(document_places)
        for place in library.document_of_chunk:
            sizes[place] += 1
    chunks: dict[str, int] = {}
    documents: dict[str, int] = {}
    for entry in entries:
        same = [
            chunk.chunk_id
            for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
            if before.get(chunk.chunk_id) == digest
        ]
        chunks.update((chunk_id, chunk_places[chunk_id]) for chunk_id in same)
        own_place = document_places.get(entry.document.document_id)
        if own_place is not None and len(same) == len(entry.chunks) == sizes[own_place]:
            documents[entry.document.document_id] = own_place
    dropped = tuple(chunk_id for chunk_id in before if chunk_id not in chunks)
    return Base(folder, manifest, chunks, documents, dropped)
