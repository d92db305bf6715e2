"""Show how two generations differ: which documents came, changed and went, what changed in them, and how many chunks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ingest.previous import chunk_differences
from ingest.report import ChunkCounts
from ingest.versions import FactChange, fact_changes
from rag.domain import Document
from rag.errors import UnknownIdError
from rag.generations import DataLayout, Manifest, list_generations, read_manifest
from rag.library import SqliteLibrary


class DocumentStatus(StrEnum):
    """What became of a document between two generations."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that two generations do not hold alike. Chunks are None where there is no such document."""

    source: str
    document_id: str
    title: str
    """In the later state; of a removed document in the earlier one."""
    status: DocumentStatus
    chunks_before: int | None
    chunks_after: int | None
    text_changed: bool = False
    facts: tuple[FactChange, ...] = ()
    """What is known of it that is another thing now; only for a changed document."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "source": self.source,
            "document_id": self.document_id,
            "title": self.title,
            "status": self.status.value,
            "chunks_before": self.chunks_before,
            "chunks_after": self.chunks_after,
            "text_changed": self.text_changed,
            "facts": [change.to_json() for change in self.facts],
        }


@dataclass(frozen=True, slots=True)
class GenerationDifference:
    """How a generation differs from an earlier one; ``earlier`` is None where everything is compared with nothing."""

    earlier: str | None
    later: str
    documents: tuple[DocumentChange, ...]
    """By source."""
    unchanged: int
    """Documents that both hold alike."""
    chunks: ChunkCounts
    model_before: str | None
    """Fingerprint of the embedding model."""
    model_after: str

    @property
    def counts(self) -> Mapping[DocumentStatus, int]:
        """How many documents came, changed and went, in this order."""
        found = Counter(change.status for change in self.documents)
        return {status: found[status] for status in DocumentStatus}

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        chunks = {name: count for name, count in asdict(self.chunks).items() if name != "embedded"}
        return {
            "earlier": self.earlier,
            "later": self.later,
            "counts": {**{status.value: count for status, count in self.counts.items()}, "unchanged": self.unchanged},
            "chunks": chunks,
            "model_before": self.model_before,
            "model_after": self.model_after,
            "documents": [change.to_json() for change in self.documents],
        }


def generation_difference(layout: DataLayout, later: str, earlier: str | None = None) -> GenerationDifference:
    """Compare a generation with ``earlier``, or with the one that was published when it was made.

    The very first generation is compared with nothing: all its documents were added. A document counts as changed if
    its words, its chunks or what is known of it differ; that its file was only saved anew does not count.

    Raises:
        UnknownIdError: one of them is not kept (any more).
        IndexDamagedError: one of them cannot be read.
    """
    manifest = _manifest_of(layout, later)
    wanted = earlier if earlier is not None else manifest.parent
    with closing(_library_of(layout, later)) as after:
        if wanted is None:
            return _compared(None, None, manifest, after)
        before_manifest = _manifest_of(layout, wanted)
        with closing(_library_of(layout, wanted)) as before:
            return _compared(before_manifest, before, manifest, after)


def _manifest_of(layout: DataLayout, generation: str) -> Manifest:
    # A name comes from an address or a command line: only one that is listed becomes a path.
    if all(info.generation != generation for info in list_generations(layout)):
        raise UnknownIdError(f"no generation {generation!r} is kept")
    return read_manifest(layout.generation(generation))


def _library_of(layout: DataLayout, generation: str) -> SqliteLibrary:
    return SqliteLibrary(layout.generation(generation) / "library.sqlite")


@dataclass(frozen=True, slots=True)
class _Held:
    """What is compared of a document; the text itself would fill the memory, twice."""

    document_id: str
    title: str
    text: bytes
    chunks: tuple[str, ...]
    """Digests in reading order."""


def _compared(
    before_manifest: Manifest | None, before: SqliteLibrary | None, after_manifest: Manifest, after: SqliteLibrary
) -> GenerationDifference:
    old, new = _held(before) if before is not None else {}, _held(after)
    changes = []
    for source in sorted(old.keys() | new.keys()):
        one, other = old.get(source), new.get(source)
        if one is not None and other is not None and before is not None:
            changed = _changed(source, one, other, before.document(one.document_id), after.document(other.document_id))
            changes += [changed] if changed is not None else []
        elif other is not None:
            status, chunks = DocumentStatus.ADDED, len(other.chunks)
            changes.append(DocumentChange(source, other.document_id, other.title, status, None, chunks))
        elif one is not None:
            status, chunks = DocumentStatus.REMOVED, len(one.chunks)
            changes.append(DocumentChange(source, one.document_id, one.title, status, chunks, None))
    return GenerationDifference(
        earlier=before_manifest.generation if before_manifest is not None else None,
        later=after_manifest.generation,
        documents=tuple(changes),
        unchanged=len(new) - sum(change.status is not DocumentStatus.REMOVED for change in changes),
        chunks=chunk_differences(before.chunk_digests() if before is not None else {}, after.chunk_digests(), 0),
        model_before=before_manifest.model if before_manifest is not None else None,
        model_after=after_manifest.model,
    )


def _changed(source: str, one: _Held, other: _Held, before: Document, after: Document) -> DocumentChange | None:
    facts = (*fact_changes(before, after), *copy_changes(before, after))
    if (one.text, one.chunks) == (other.text, other.chunks) and not facts:
        return None
    return DocumentChange(
        source,
        other.document_id,
        other.title,
        DocumentStatus.CHANGED,
        len(one.chunks),
        len(other.chunks),
        one.text != other.text,
        facts,
    )


def copy_changes(before: Document, after: Document) -> Iterator[FactChange]:
    """Yield whether it became, or is no longer, a copy of another: what it is answered from depends on that."""
    if before.duplicate_of != after.duplicate_of:
        yield FactChange("duplicate_of", before.duplicate_of, after.duplicate_of)


def _held(library: SqliteLibrary) -> dict[str, _Held]:
    digests = library.chunk_digests()
    chunks: dict[int, list[str]] = {}
    for position, chunk_id in zip(library.document_of_chunk, library.chunk_ids, strict=True):
        chunks.setdefault(position, []).append(digests[chunk_id])
    found = {}
    for position, document_id in enumerate(library.document_ids):
        document: Document = library.document(document_id)
        text = hashlib.blake2b(document.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        own = tuple(chunks.get(position, ()))
        found[document.source] = _Held(document_id, document.title, text, own)
    return found
