"""Verify an index generation, publish it by one atomic replacement, go back, remove old ones.

A kill at any moment leaves the pointer as it was: the folder under construction has a hidden name until it is
complete and verified, and the next writer sweeps such folders away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from ingest.chunking import chunk_digest
from rag.column_checking import check_columns
from rag.domain import Chunk, Document
from rag.errors import ConfigError, IndexDamagedError, LockedError, NotAvailableError, UnknownIdError, UsageError
from rag.generations import DataLayout, Generation, list_generations, published_id
from rag.settings import VectorStoreSettings
from rag.vector_server import keep_note_only, on_server, remove_collections

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total) while something long runs."""

BUILDING = ".building-"
"""Prefix of the hidden name that a generation has while it is being built."""
UNPACKING = ".unpacked-"
"""Where archives are unpacked while an ingest reads them."""
_VERIFIED_AT_ONCE = 500
_CHUNKS_PER_STRAY = 1000
"""One chunk in so many may be out of the graph's reach. In texts without close neighbours HNSW leaves some rows without a
link that leads to them, and storing them again does not help: of 104,000 chunks 28. They are noted, and every question is
compared with them one by one. A damaged store loses far more: 5,000 of 6,000 were seen."""
SELF_SIMILARITY = 0.999
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
def writing(layout: DataLayout, store: VectorStoreSettings | None = None) -> Iterator[None]:
    """Hold the data folder's write lock for the length of the block; begin with what a killed writer left behind.

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
        sweep(layout, store)
        yield
    finally:
        lock.release()


def sweep(layout: DataLayout, store: VectorStoreSettings | None = None) -> None:
    """Remove what a killed writer left behind, and what could not be removed from a vector server before."""
    if layout.generations.is_dir():
        for folder in layout.generations.glob(f"{BUILDING}*"):
            discard(folder, store)
    for folder in layout.root.glob(f"{UNPACKING}*"):
        shutil.rmtree(folder, ignore_errors=True)
    current = _published_if_told(layout)
    for mark in layout.generations.glob("*.held"):
        if mark.stem == current or not layout.generation(mark.stem).is_dir():
            mark.unlink(missing_ok=True)
    for fresh in layout.sources.glob("*.new"):
        fresh.unlink(missing_ok=True)


def _published_if_told(layout: DataLayout) -> str | None:
    """Return the published generation; None where none is, or where the pointer is damaged and a rollback repairs it."""
    try:
        return published_id(layout)
    except IndexDamagedError:
        return None


def discard(folder: Path, store: VectorStoreSettings | None = None) -> None:
    """Remove a generation that has a hidden name, and its vectors where they are on a server.

    While the server cannot be reached, the folder stays with nothing but the note that there is something to remove.
    """
    if on_server(folder):
        try:
            remove_collections(folder.name.removeprefix(BUILDING), store or VectorStoreSettings())
        except (NotAvailableError, ConfigError):
            keep_note_only(folder)
            return
    shutil.rmtree(folder, ignore_errors=True)


def new_generation_id() -> str:
    """Return an id that sorts by time and never repeats."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"


def verify_generation(
    folder: Path,
    progress: Progress,
    *,
    answered: Set[str] = frozenset(),
    store: VectorStoreSettings | None = None,
) -> None:
    """Check that a generation reads back whole.

    - Library, lexical index and vector store hold the same number of chunks, and the same ids.
    - Each chunk's words, read back from the library, have the digest that stands beside its vector. (Format 1 kept no
      digests there: of such a generation only the ids are compared.)
    - The columns say what the library and the vector store say.
    - Every vector is reached by a search without a bound, or is one of the strays that the columns name: rows counted
      equal rows that retrieval reaches. There is no more than one stray in a thousand.
    - Every document is found by the vector of its own first chunk, or that is a stray; the ids in ``answered`` are
      excepted: the caller has seen that they are found.

    Raises:
        IndexDamagedError: naming the first thing that does not hold.
        NotAvailableError: the vectors are on a server that does not answer.
    """
    generation = Generation(folder, store)
    try:
        first_chunks = _check_digests(generation, progress)
        check_columns(generation)
        strays = {chunk.chunk_id for chunk in generation.library.chunks_at(generation.columns.strays.tolist())}
        if len(strays) > generation.columns.n_chunks // _CHUNKS_PER_STRAY:
            raise IndexDamagedError(f"{len(strays)} chunks cannot be reached by a search, {min(strays)} among them")
        _check_reachable(generation, list(first_chunks), strays)
        asked = {c: d for c, d in first_chunks.items() if d not in answered and c not in strays}
        _check_each_document_answers(generation, asked, progress)
    finally:
        generation.close()


def _check_digests(generation: Generation, progress: Progress) -> dict[str, str]:
    """Compare every chunk; return each document's id by its first chunk's."""
    library = generation.library
    stored = generation.vectors.digests()
    first_chunks: dict[str, str] = {}
    for n, document_id in enumerate(library.document_ids, start=1):
        title, chunks = library.document(document_id).title, library.chunks_of(document_id)
        if not chunks:
            raise IndexDamagedError(f"document {document_id} has no chunk")
        first_chunks[chunks[0].chunk_id] = document_id
        for chunk in chunks:
            digest = stored.pop(chunk.chunk_id, None)
            if digest is None or (generation.manifest.format != 1 and digest != chunk_digest(title, chunk)):
                raise IndexDamagedError(
                    f"chunk {chunk.chunk_id} does not read back from the vector store as it was written"
                )
        if n % _VERIFIED_AT_ONCE == 0 or n == len(library.document_ids):
            progress("verify", n, 2 * len(library.document_ids))
    if stored:
        raise IndexDamagedError(f"chunk {next(iter(stored))} stands in the vector store and not in the library")
    return first_chunks


def _check_reachable(generation: Generation, chunk_ids: Sequence[str], strays: Set[str]) -> None:
    for _, vector in sorted(generation.vectors.vectors(chunk_ids[:1]).items()):
        lost = set(generation.library.chunk_ids) - generation.vectors.reachable(vector) - strays
        if lost:
            raise IndexDamagedError(f"{len(lost)} chunks are counted and cannot be reached, {min(lost)} among them")


def _check_each_document_answers(generation: Generation, first_chunks: Mapping[str, str], progress: Progress) -> None:
    ids = list(first_chunks)
    total = len(generation.library.document_ids)
    for start in range(0, len(ids), _VERIFIED_AT_ONCE):
        vectors = generation.vectors.vectors(ids[start : start + _VERIFIED_AT_ONCE])
        cosines = generation.vectors.best_cosines(np.stack(list(vectors.values())))
        for (chunk_id, vector), cosine in zip(vectors.items(), cosines, strict=True):
            if vector.any() and cosine < SELF_SIMILARITY:
                raise IndexDamagedError(f"document {first_chunks[chunk_id]} is not found by its own vector")
        progress("verify", total + total * min(start + _VERIFIED_AT_ONCE, len(ids)) // len(ids), 2 * total)
    if not ids:
        progress("verify", 2 * total, 2 * total)


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
    layout.held(generation).unlink(missing_ok=True)


def rollback(
    layout: DataLayout,
    generation: str | None,
    store: VectorStoreSettings | None = None,
    *,
    note: Callable[[str], None] | None = None,
) -> str:
    """Publish an earlier generation, the parent of the published one if none is named, and return its id.

    ``note`` is told the id afterwards, while the write lock is still held.

    Raises:
        UnknownIdError: there is no such generation, or nothing to go back to.
        UsageError: it was held back and never published; nothing was changed.
        LockedError: an ingest is running.
    """
    with writing(layout, store):
        if generation is None:
            current = published_id(layout)
            infos = {info.generation: info for info in list_generations(layout)}
            parent = infos[current].parent if current in infos else None
            if parent is None or parent not in infos:
                raise UnknownIdError("there is no earlier generation to go back to")
            generation = parent
        if layout.held(generation).is_file():
            raise UsageError(
                f"{generation} was held back and never published; "
                f"'policychat generations publish {generation} --reason WHY' publishes it"
            )
        publish(layout, generation)
        if note is not None:
            note(generation)
    return generation


def remove_old_generations(layout: DataLayout, keep: int, store: VectorStoreSettings | None = None) -> list[str]:
    """Delete the oldest generations beyond ``keep``, never the published one; return the deleted ids.

    Those that are held are counted on their own, up to ``keep`` of them: what was published never takes the place of
    what waits for somebody to decide.
    """
    removable = [info for info in list_generations(layout) if not info.published]
    earlier = [info.generation for info in removable if not info.held]
    waiting = [info.generation for info in removable if info.held]
    removed = [*earlier[max(keep - 1, 0) :], *waiting[keep:]]
    for generation in removed:
        # Under the hidden name it is listed no more, and what is left of it after a kill is swept.
        hidden = layout.generations / f"{BUILDING}{generation}"
        with suppress(OSError):
            layout.generation(generation).rename(hidden)
            layout.held(generation).unlink(missing_ok=True)
            discard(hidden, store)
    return removed


def now_utc() -> str:
    """Return the time, UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
