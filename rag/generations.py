"""Index generations on disk: where they lie, which one is published, and how a reader follows a change.

::

    data/
      published.json            the pointer: the id of the generation that is served
      generations/<id>/         library.sqlite  lexical/{chunks,documents}/  chroma/  columns/  manifest.json
      generations/<id>.held     marks one that was made and not published
      sources/<sha256>          originals, content-addressed
      embeddings.sqlite         vectors by (model fingerprint, chunk digest)
      ingest.lock               held while an ingest, a deletion or a rollback runs

A generation is never changed after it got its name. Readers only ever open what the pointer names.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.column_building import computed_columns
from rag.columns import open_columns
from rag.domain import GenerationInfo
from rag.errors import IndexDamagedError, NoGenerationError
from rag.lexical import LexicalIndex
from rag.library import SqliteLibrary
from rag.regions import Gazetteer
from rag.settings import VectorStoreSettings
from rag.vector_server import open_vectors

FORMAT = 3
"""Raised when the layout of a generation changes; other formats are refused, never guessed at."""
COLUMNS = "columns"
"""The folder of the columns in a generation's folder."""
_WITHOUT_COLUMNS = (1, 2)
"""Format 1 kept the chunks' texts in the vector store in place of their digests, and no counts beside the lexical index;
neither it nor format 2 had columns. Both can be served, with columns computed when they are opened, not built upon."""
_READABLE = (*_WITHOUT_COLUMNS, FORMAT)


@dataclass(frozen=True, slots=True)
class DataLayout:
    """The paths inside a data folder."""

    root: Path

    @property
    def pointer(self) -> Path:
        """The file that names the published generation."""
        return self.root / "published.json"

    @property
    def generations(self) -> Path:
        """The folder of all generations."""
        return self.root / "generations"

    @property
    def sources(self) -> Path:
        """The folder of kept originals."""
        return self.root / "sources"

    @property
    def lock(self) -> Path:
        """The file that writers lock."""
        return self.root / "ingest.lock"

    @property
    def embedding_cache(self) -> Path:
        """The file of vectors that were computed before."""
        return self.root / "embeddings.sqlite"

    def generation(self, generation: str) -> Path:
        """Return the folder of one generation."""
        return self.generations / generation

    def held(self, generation: str) -> Path:
        """Return the file that marks a generation as not to be published without a word; beside it, never in it."""
        return self.generations / f"{generation}.held"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made from, written last: a folder without one is unfinished."""

    format: int
    generation: str
    created: str
    parent: str | None
    model: str
    """Fingerprint of the embedding model."""
    embedding_model: str
    """The setting that the model was opened by."""
    dimension: int
    documents: int
    chunks: int
    pipeline: str
    """Digest of the code and settings that turned files into chunks."""
    places: tuple[str, ...]
    """Place names that only the documents declare."""
    k1: float
    b: float
    corrections: str = ""
    """Digest of the admins' corrections that the documents hold."""
    steps: int = 0
    """How many generations were made by changing a copy of the one before, since one was built from nothing."""
    stale_rows: int = 0
    """Rows taken out of the vector store in these steps; their room in its files is lost."""


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexDamagedError: it is missing, unreadable or of another format.
    """
    try:
        values: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found = values.get("format")
        if found not in _READABLE:
            raise IndexDamagedError(f"generation {folder.name} has format {found}, this program reads format {FORMAT}")
        values["places"] = tuple(values["places"])
        return Manifest(**values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IndexDamagedError(f"generation {folder.name} has no readable manifest: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into a generation that is being built."""
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")


def published_id(layout: DataLayout) -> str | None:
    """Return the id of the published generation, or None before the first one.

    Raises:
        IndexDamagedError: the pointer is there and cannot be read.
    """
    try:
        return str(json.loads(layout.pointer.read_text(encoding="utf-8"))["generation"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamagedError(
            f"{layout.pointer} cannot be read: {error}; 'policychat rollback ID' with the name of a folder in "
            f"{layout.generations} writes it anew"
        ) from error


def list_generations(layout: DataLayout) -> list[GenerationInfo]:
    """Return every generation that can be read, newest first; a damaged old one must not block the others."""
    current = published_id(layout)
    found = []
    if layout.generations.is_dir():
        for folder in sorted(layout.generations.iterdir(), reverse=True):
            if folder.is_dir() and not folder.name.startswith("."):
                with suppress(IndexDamagedError):
                    manifest = read_manifest(folder)
                    found.append(_info(manifest, current, held=layout.held(folder.name).is_file()))
    return found


def _info(manifest: Manifest, current: str | None, *, held: bool = False) -> GenerationInfo:
    return GenerationInfo(
        manifest.generation,
        manifest.created,
        manifest.parent,
        manifest.documents,
        manifest.chunks,
        manifest.model,
        manifest.generation == current,
        # A kill between the pointer and the mark leaves both: what is published is not held.
        held and manifest.generation != current,
    )


class Generation:
    """An opened generation: its documents, its lexical indexes, its vectors, its columns."""

    def __init__(self, folder: Path, store: VectorStoreSettings | None = None) -> None:
        """Open a generation's files; ``store`` says where the vector server is, should its vectors be on one.

        Raises:
            IndexDamagedError: a part is missing, unreadable, or the parts do not count the same.
        """
        self.manifest = read_manifest(folder)
        self.folder = folder
        self.library = SqliteLibrary(folder / "library.sqlite")
        self.chunk_terms = LexicalIndex(folder / "lexical" / "chunks")
        self.document_terms = LexicalIndex(folder / "lexical" / "documents")
        self.vectors = open_vectors(folder, self.manifest.generation, store or VectorStoreSettings())
        try:
            self._check_counts({"lexical": self.chunk_terms.size, "vectors": self.vectors.count()})
            if not self.has_columns_on_disk:
                gazetteer = Gazetteer.load(extra=self.manifest.places)
                self.columns = computed_columns(self.library, self.vectors, self.manifest.dimension, gazetteer)
            else:
                self.columns = open_columns(self.columns_folder)
            self._check_counts({"columns": self.columns.n_chunks})
            if self.columns.vectors.shape[1] != self.manifest.dimension or self.document_terms.size != len(
                self.columns.documents
            ):
                raise IndexDamagedError(f"generation {folder.name}: its columns do not fit its manifest and indexes")
        except IndexDamagedError:
            self.close()
            raise

    @property
    def columns_folder(self) -> Path:
        """Where the columns lie."""
        return self.folder / COLUMNS

    @property
    def has_columns_on_disk(self) -> bool:
        """False for a generation built before there were columns."""
        return self.manifest.format not in _WITHOUT_COLUMNS

    def _check_counts(self, chunks: Mapping[str, int]) -> None:
        counts = {"library": self.library.n_chunks, **chunks}
        if len(set(counts.values())) != 1:
            raise IndexDamagedError(
                f"generation {self.folder.name}: its parts hold different numbers of chunks: {counts}"
            )

    def info(self) -> GenerationInfo:
        """Return what lists show of it."""
        return _info(self.manifest, self.manifest.generation)

    def close(self) -> None:
        """Release the files."""
        self.vectors.close()
        self.library.close()


class PublishedGeneration:
    """Follows the pointer: every lease is on the generation published when it begins.

    A replaced generation is closed when its last lease ends, so answers in flight finish on what they started
    with. A generation that cannot be opened never replaces one that serves.
    """

    def __init__(
        self,
        layout: DataLayout,
        check_every_s: float,
        store: VectorStoreSettings | None = None,
        *,
        only: str | None = None,
    ) -> None:
        """Follow the pointer, or stay with the generation ``only``, published or not."""
        self._only = only
        self._layout = layout
        self._store = store
        self._check_every_s = check_every_s
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._current: Generation | None = None
        self._leases: dict[int, int] = {}
        self._checked = 0.0
        self._closed = False
        self.last_problem: str | None = None
        """Why the newest pointer could not be followed, or None."""

    @contextmanager
    def lease(self) -> Iterator[Generation]:
        """Yield the published generation, kept open for the length of the block.

        Raises:
            NoGenerationError: nothing is published, or what is published cannot be opened and nothing else serves.
        """
        self._follow()
        with self._lock:
            generation = self._current
            if generation is None:
                raise NoGenerationError(self.last_problem or f"nothing is published in {self._layout.root}")
            self._leases[id(generation)] = self._leases.get(id(generation), 0) + 1
        try:
            yield generation
        finally:
            with self._lock:
                self._leases[id(generation)] -= 1
                self._close_if_unused(generation)

    def _follow(self) -> None:
        """Open what the pointer names, if that changed. One caller opens; the others go on with the one that serves.

        Opening a large generation takes seconds. Only where nothing serves yet does everybody wait for it.
        """
        if not self._opening.acquire(blocking=self._current is None):
            return
        try:
            if self._closed:
                raise NoGenerationError("the index was closed")
            now = time.monotonic()
            if self._current is None or now - self._checked >= self._check_every_s:
                self._checked = now
                self._switch(self._only or published_id(self._layout))
                self.last_problem = None
        except IndexDamagedError as error:
            self.last_problem = str(error)
        finally:
            self._opening.release()

    def _switch(self, wanted: str | None) -> None:
        if wanted is None or (self._current is not None and self._current.manifest.generation == wanted):
            return
        opened = Generation(self._layout.generation(wanted), self._store)
        with self._lock:
            if self._closed:
                opened.close()
                return
            replaced, self._current = self._current, opened
            if replaced is not None:
                self._close_if_unused(replaced)

    def _close_if_unused(self, generation: Generation) -> None:
        if generation is not self._current and not self._leases.get(id(generation), 0):
            self._leases.pop(id(generation), None)
            generation.close()

    def close(self) -> None:
        """Close what is open once its leases have ended; later leases fail."""
        with self._lock:
            self._closed = True
            current, self._current = self._current, None
            if current is not None:
                self._close_if_unused(current)
