"""Build an index generation beside the served one, verify it, publish it by one atomic replacement.

A kill at any moment leaves the pointer as it was: the folder under construction has a hidden name until it is
complete and verified, and the next writer sweeps such folders away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.domain import Chunk, Document, RemovedDocument
from rag.errors import IndexDamagedError, LockedError, NotAvailableError, UnknownIdError
from rag.generations import DataLayout, Generation, Manifest, list_generations, published_id, write_manifest
from rag.lexical import LexicalWriter
from rag.library import write_library
from rag.ports import FloatArray
from rag.tokenizing import terms
from rag.vectors import VectorWriter

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total) while something long runs."""

_BUILDING = ".building-"
_VERIFIED_AT_ONCE = 500
_SELF_SIMILARITY = 0.999
"""A stored unit vector must find itself; float32 rounding stays far above this."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its chunks and their digests, ready to be written."""

    document: Document
    chunks: tuple[Chunk, ...]
    digests: tuple[str, ...]
    signature: bytes = b""
    """MinHash of the text, by which near-duplicates are found; kept so that unchanged documents need no new one."""


@contextmanager
def writing(layout: DataLayout) -> Iterator[None]:
    """Hold the data folder's write lock for the length of the block.

    Raises:
        LockedError: another ingest, deletion or rollback holds it.
        NotAvailableError: the data folder cannot be written to.
    """
    lock = FileLock(layout.lock)
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(f"another ingest is running on {layout.root}; try again when it has finished") from error
    except OSError as error:
        raise NotAvailableError(f"data folder {layout.root} cannot be written to: {error.strerror or error}") from error
    try:
        sweep(layout)
        yield
    finally:
        lock.release()


def sweep(layout: DataLayout) -> None:
    """Remove what a killed writer left behind."""
    if layout.generations.is_dir():
        for folder in layout.generations.glob(f"{_BUILDING}*"):
            shutil.rmtree(folder, ignore_errors=True)
    for fresh in layout.sources.glob("*.new"):
        fresh.unlink(missing_ok=True)


def new_generation_id() -> str:
    """Return an id that sorts by time and never repeats."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


def build_generation(
    layout: DataLayout,
    entries: Sequence[Entry],
    vectors: Mapping[str, FloatArray],
    manifest: Manifest,
    progress: Progress,
    removed: Sequence[RemovedDocument] = (),
) -> Path:
    """Write a complete, verified generation and return its folder; it is not published yet.

    ``vectors`` maps chunk digests to (dimension,) float32 unit vectors; ``removed`` are documents that can be restored.

    Raises:
        IndexDamagedError: what was written does not read back as it should.
        NotAvailableError: it cannot be written, for example because the disk is full.
    """
    building = layout.generations / f"{_BUILDING}{manifest.generation}"
    try:
        (building / "chroma").mkdir(parents=True)
        write_library(
            building / "library.sqlite",
            [(entry.document, entry.chunks, entry.digests, entry.signature) for entry in entries],
            removed,
        )
        _write_lexical(building / "lexical", entries, manifest, progress)
        _write_vectors(building / "chroma", entries, vectors, progress)
        write_manifest(building, manifest)
        verify_generation(building, progress)
        finished = layout.generation(manifest.generation)
        building.rename(finished)
    except OSError as error:
        raise NotAvailableError(f"the new generation cannot be written: {error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)  # after the renaming there is nothing of that name
    return finished


def _write_lexical(folder: Path, entries: Sequence[Entry], manifest: Manifest, progress: Progress) -> None:
    chunk_writer, document_writer = LexicalWriter(), LexicalWriter()
    for n, entry in enumerate(entries, start=1):
        body = []
        for chunk in entry.chunks:
            found = terms(chunk.text)
            body.append(found)
            chunk_writer.add([terms(" ".join(chunk.section)), found])
        document_writer.add([terms(entry.document.title), *body])
        progress("index", n, len(entries))
    for name, writer in (("chunks", chunk_writer), ("documents", document_writer)):
        (folder / name).mkdir(parents=True)
        writer.save(folder / name, manifest.k1, manifest.b)


def _write_vectors(
    folder: Path, entries: Sequence[Entry], vectors: Mapping[str, FloatArray], progress: Progress
) -> None:
    writer = VectorWriter(folder)
    total = sum(len(entry.chunks) for entry in entries)

    def rows() -> Iterator[tuple[str, str, str, FloatArray]]:
        done = 0
        for entry in entries:
            for chunk, digest in zip(entry.chunks, entry.digests, strict=True):
                done += 1
                progress("store", done, total)
                yield chunk.chunk_id, chunk.document_id, chunk.text, vectors[digest]

    try:
        writer.add(rows())
    finally:
        writer.close()


def verify_generation(folder: Path, progress: Progress) -> None:
    """Check that a generation reads back whole.

    Every chunk is stored once, in the library and in the vector store, with the text that its offsets name; and
    every document that has words is found by its own first chunk.

    Raises:
        IndexDamagedError: naming the first thing that does not hold.
    """
    generation = Generation(folder)
    try:
        _check_texts(generation, progress)
        _check_each_document_answers(generation)
    finally:
        generation.close()


def _check_texts(generation: Generation, progress: Progress) -> None:
    library = generation.library
    for start in range(0, len(library.chunk_ids), _VERIFIED_AT_ONCE):
        ids = library.chunk_ids[start : start + _VERIFIED_AT_ONCE]
        stored = generation.vectors.texts(ids)
        for chunk_id in ids:
            if stored.get(chunk_id) != library.chunk(chunk_id).text:
                raise IndexDamagedError(f"chunk {chunk_id} does not read back from the vector store as it was written")
        progress("verify", start + len(ids), len(library.chunk_ids))


def _check_each_document_answers(generation: Generation) -> None:
    library = generation.library
    first_chunks = {}
    for document_id in library.document_ids:
        chunks = library.chunks_of(document_id)
        if not chunks:
            raise IndexDamagedError(f"document {document_id} has no chunk")
        first_chunks[chunks[0].chunk_id] = document_id
    ids = list(first_chunks)
    for start in range(0, len(ids), _VERIFIED_AT_ONCE):
        vectors = generation.vectors.vectors(ids[start : start + _VERIFIED_AT_ONCE])
        for chunk_id, vector in vectors.items():
            nearest = generation.vectors.nearest(vector, 1)
            if vector.any() and (not nearest or nearest[0][1] < _SELF_SIMILARITY):
                raise IndexDamagedError(f"document {first_chunks[chunk_id]} is not found by its own vector")


def publish(layout: DataLayout, generation: str) -> None:
    """Make a finished generation the served one, in one step that cannot be seen half done.

    Raises:
        UnknownIdError: there is no such generation.
    """
    if not (layout.generation(generation) / "manifest.json").is_file():
        known = ", ".join(info.generation for info in list_generations(layout)) or "none"
        raise UnknownIdError(f"no generation {generation!r}; there are: {known}")
    fresh = layout.pointer.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"generation": generation}, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(layout.pointer)


def rollback(layout: DataLayout, generation: str | None) -> str:
    """Publish an earlier generation, the parent of the published one if none is named, and return its id.

    Raises:
        UnknownIdError: there is no such generation, or nothing to go back to.
        LockedError: an ingest is running.
    """
    with writing(layout):
        if generation is None:
            current = published_id(layout)
            infos = {info.generation: info for info in list_generations(layout)}
            parent = infos[current].parent if current in infos else None
            if parent is None or parent not in infos:
                raise UnknownIdError("there is no earlier generation to go back to")
            generation = parent
        publish(layout, generation)
    return generation


def remove_old_generations(layout: DataLayout, keep: int) -> list[str]:
    """Delete the oldest generations beyond ``keep``, never the published one; return the deleted ids."""
    removable = [info for info in list_generations(layout) if not info.published]
    removed = [info.generation for info in removable[max(keep - 1, 0) :]]
    for generation in removed:
        shutil.rmtree(layout.generation(generation), ignore_errors=True)
    return removed


def keep_original(layout: DataLayout, sha256: str, data: bytes) -> None:
    """Store a file's bytes under their digest, once."""
    target = layout.sources / sha256
    if target.exists():
        return
    layout.sources.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{secrets.token_hex(4)}.new")
    fresh.write_bytes(data)
    fresh.replace(target)


def now_utc() -> str:
    """Return the time, UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
