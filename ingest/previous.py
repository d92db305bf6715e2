"""The published state that an ingest starts from, and how the next one differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ingest.generation import Entry
from ingest.report import ChunkCounts
from rag.domain import Chunk, RemovedDocument, document_id_for
from rag.errors import IndexDamagedError, UnknownIdError
from rag.generations import DataLayout, Generation, Manifest, published_id, read_manifest
from rag.library import SqliteLibrary
from rag.settings import VectorStoreSettings


@dataclass(frozen=True)
class Previous:
    """The published generation's documents by source; empty before the first ingest."""

    generation: str | None
    manifest: Manifest | None
    entries: Mapping[str, Entry]
    removed: Mapping[str, RemovedDocument] = field(default_factory=dict)

    def source_of(self, name: str) -> str:
        """Return the source of a document, present or removed, that is named by its id or source.

        Raises:
            UnknownIdError: there is none.
        """
        for source in (*self.entries, *self.removed):
            if name in (source, document_id_for(source)):
                return source
        raise UnknownIdError(f"no document {name!r}, neither now nor among the removed ones")

    @cached_property
    def by_file(self) -> Mapping[str, Sequence[Entry]]:
        """The documents by the file they were read from; a compilation holds several."""
        files: dict[str, list[Entry]] = {}
        for source, entry in self.entries.items():
            files.setdefault(entry.document.container or source, []).append(entry)
        return files


def read_previous(layout: DataLayout) -> Previous:
    """Read what the published generation knows of its documents; its indexes are not opened.

    Raises:
        IndexDamagedError: the pointer, the manifest or the library cannot be read.
    """
    current = published_id(layout)
    if current is None:
        return Previous(None, None, {})
    folder = layout.generation(current)
    manifest = read_manifest(folder)
    with closing(SqliteLibrary(folder / "library.sqlite")) as library:
        digests, signatures = library.chunk_digests(), library.signatures()
        documents = library.documents()
        chunks: dict[str, list[Chunk]] = {}
        for chunk in library.all_chunks({document.document_id: document.text for document in documents}):
            chunks.setdefault(chunk.document_id, []).append(chunk)
        removed = {item.source: item for item in library.removed()}
    entries = {}
    for document in documents:
        own = tuple(chunks.get(document.document_id, ()))
        entries[document.source] = Entry(
            document,
            own,
            tuple(digests[chunk.chunk_id] for chunk in own),
            signatures.get(document.document_id, b""),
        )
    return Previous(current, manifest, entries, removed)


def read_one(layout: DataLayout, name: str) -> Previous:
    """Read what the published generation knows of one document, by its id or source; the others are left out.

    Of a removed one that is among ``removed``. The entry has no chunks: looking at ten thousand documents for the
    versions of one took seconds.

    Raises:
        IndexDamagedError: the pointer, the manifest or the library cannot be read.
    """
    current = published_id(layout)
    if current is None:
        return Previous(None, None, {})
    folder = layout.generation(current)
    with closing(SqliteLibrary(folder / "library.sqlite")) as library:
        entries = {}
        for document_id in (name, document_id_for(name)):
            with suppress(UnknownIdError):
                document = library.document(document_id)
                entries[document.source] = Entry(document, (), ())
                break
        removed = {item.source: item for item in library.removed()}
    return Previous(current, read_manifest(folder), entries, removed)


def is_whole(layout: DataLayout, generation: str, store: VectorStoreSettings | None = None) -> bool:
    """Open every part of a generation once; False where one is missing, unreadable, or they do not count the same."""
    try:
        Generation(layout.generation(generation), store).close()
    except IndexDamagedError:
        return False
    return True


def gone(entries: Mapping[str, Entry], seen: set[str], roots: Iterable[str], unread: Iterable[str]) -> list[str]:
    """Return the sources that came from one of ``roots`` and whose file is not among those seen there now.

    ``unread`` are archives that could not be opened: what they hold is not known, so nothing of theirs is gone.
    """
    folders = [Path(root) for root in roots]
    closed = tuple(f"{archive}/" for archive in unread)
    return [
        source
        for source, entry in entries.items()
        if (entry.document.container or source) not in seen
        and not source.startswith(closed)
        and any(Path(entry.document.root).is_relative_to(folder) for folder in folders)
    ]


def unchanged(entries: Mapping[str, Entry]) -> ChunkCounts:
    """Return the counts of an ingest that had nothing to do."""
    total = sum(len(entry.chunks) for entry in entries.values())
    return ChunkCounts(unchanged=total, total=total)


def differences(before: Mapping[str, Entry], after: Mapping[str, Entry], embedded: int) -> ChunkCounts:
    """Compare two states chunk by chunk."""
    return chunk_differences(_digests(before), _digests(after), embedded)


def chunk_differences(old: Mapping[str, str], new: Mapping[str, str], embedded: int) -> ChunkCounts:
    """Compare chunks by their digests, by id; a chunk is changed if its id stayed and its digest did not."""
    shared = old.keys() & new.keys()
    same = sum(old[chunk_id] == new[chunk_id] for chunk_id in shared)
    return ChunkCounts(len(new) - len(shared), len(shared) - same, len(old) - len(shared), same, len(new), embedded)


def _digests(entries: Mapping[str, Entry]) -> dict[str, str]:
    return {
        chunk.chunk_id: digest
        for entry in entries.values()
        for chunk, digest in zip(entry.chunks, entry.digests, strict=True)
    }
