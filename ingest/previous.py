"""The published state that an ingest starts from, and how the next one differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.generation import Entry
from ingest.report import ChunkCounts
from rag.generations import DataLayout, Generation, Manifest, published_id


@dataclass(frozen=True, slots=True)
class Previous:
    """The published generation's documents by source; empty before the first ingest."""

    generation: str | None
    manifest: Manifest | None
    entries: Mapping[str, Entry]


def read_previous(layout: DataLayout) -> Previous:
    """Read the published generation. Raises IndexDamagedError if it cannot be opened."""
    current = published_id(layout)
    if current is None:
        return Previous(None, None, {})
    generation = Generation(layout.generation(current))
    try:
        digests = generation.library.chunk_digests()
        entries = {}
        for document in generation.library.documents():
            chunks = tuple(generation.library.chunks_of(document.document_id))
            entries[document.source] = Entry(document, chunks, tuple(digests[chunk.chunk_id] for chunk in chunks))
        return Previous(current, generation.manifest, entries)
    finally:
        generation.close()


def gone(entries: Mapping[str, Entry], seen: set[str], roots: Iterable[str]) -> list[str]:
    """Return the sources that came from one of ``roots`` and are not among the files seen there now."""
    folders = [Path(root) for root in roots]
    return [
        source
        for source, entry in entries.items()
        if source not in seen and any(Path(entry.document.root).is_relative_to(folder) for folder in folders)
    ]


def unchanged(entries: Mapping[str, Entry]) -> ChunkCounts:
    """Return the counts of an ingest that had nothing to do."""
    total = sum(len(entry.chunks) for entry in entries.values())
    return ChunkCounts(unchanged=total, total=total)


def differences(before: Mapping[str, Entry], after: Mapping[str, Entry], embedded: int) -> ChunkCounts:
    """Compare two states chunk by chunk; a chunk is changed if its id stayed and its digest did not."""
    old, new = _digests(before), _digests(after)
    shared = old.keys() & new.keys()
    same = sum(old[chunk_id] == new[chunk_id] for chunk_id in shared)
    return ChunkCounts(len(new) - len(shared), len(shared) - same, len(old) - len(shared), same, len(new), embedded)


def _digests(entries: Mapping[str, Entry]) -> dict[str, str]:
    return {
        chunk.chunk_id: digest
        for entry in entries.values()
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
    }
