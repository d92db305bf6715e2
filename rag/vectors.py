"""Dense vectors of a generation's chunks. The edge to ``chromadb``.

A collection is written once, when its generation is built, and only read afterwards: Chroma's embedded client is
safe between threads but not between a writer and a reader process. The space is the inner product of unit
vectors, which is the cosine, and unlike Chroma's ``cosine`` space it gives 0 and not NaN for a zero vector.
"""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from rag.errors import IndexDamagedError, NotAvailableError
from rag.ports import FloatArray

_COLLECTION = "chunks"
_FILE = "chroma.sqlite3"
_BATCH = 5000
"""Chroma refuses batches above 5,461 rows, and writes its index file anew after each."""
_READ_AT_ONCE = 4000
"""Chroma turns ids into SQL variables, of which there may be 32,766."""
_WIDTH = 600
_HNSW = {
    "space": "ip",
    "ef_construction": 100,
    "max_neighbors": 32,
    "ef_search": _WIDTH,
    "sync_threshold": 2,
    "batch_size": 2,
}
"""recall@10 0.992 against exact search (39,002 chunks of ncp-dev, its 675 questions) at 2.5 ms a question. A graph built
with ef_construction 200 reaches the same with ef_search 400, and takes 1.7 times as long to build. The two last: every call
writes the index file. What waits in Chroma's log is put into the graph anew, and differently, at every opening."""
_NARROW = 16
"""Search width while a store is being built: what so narrow a search finds, a wider one finds too, and the check that
every document is found takes 0.13 ms a document in place of 2."""
_ASKED_AT_ONCE = 100
_DIGEST = "digest"


_opening = Lock()
"""Clients of one folder share a store that Chroma counts but does not guard: opening while another thread closes the
last client hands out a stopped store."""


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _opening:
        return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _release(client: Any) -> None:
    with _opening:
        client.close()


def _silent(done: int, total: int) -> None:
    """Show nothing."""


def _not_written(error: Exception) -> NotAvailableError:
    return NotAvailableError(f"the vector store cannot be written: {error}")


Row = tuple[str, str, FloatArray]
"""A chunk's id, the digest of what it says, its unit vector. Texts stay in the library: a second copy with Chroma's
full-text index over it took two thirds of the time and of the disk."""


class VectorWriter:
    """Writes the collection of a generation that is being built."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in ``folder``; a new one is made where there is none.

        Raises:
            NotAvailableError: the folder cannot be opened or written to.
        """
        self._fresh = not (folder / _FILE).is_file()
        client = None
        try:
            client = _client(folder)
            if self._fresh:
                self._collection = client.create_collection(
                    _COLLECTION, embedding_function=None, configuration={"hnsw": {**_HNSW, "ef_search": _NARROW}}
                )
            else:
                self._collection = client.get_collection(_COLLECTION, embedding_function=None)
        except Exception as error:  # chromadb raises its own, sqlite's and Rust's errors here
            if client is not None:
                _release(client)
            raise _not_written(error) from error
        self._client = client

    def add(self, rows: Sequence[Row], progress: Callable[[int, int], None] = _silent) -> None:
        """Store rows whose ids are new; ``progress`` is called with (rows stored, rows to store), first with none stored.

        Raises:
            NotAvailableError: the store cannot be written, for example because the disk is full.
        """
        progress(0, len(rows))
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            self._store(batch)
            progress(start + len(batch), len(rows))

    def _store(self, batch: Sequence[Row]) -> None:
        try:
            self._collection.add(
                ids=[row[0] for row in batch],
                metadatas=[{_DIGEST: row[1]} for row in batch],
                embeddings=np.stack([row[2] for row in batch]),
            )
        except Exception as error:  # a full disk comes as chromadb's, sqlite's or Rust's error
            raise _not_written(error) from error

    def remove(self, chunk_ids: Sequence[str]) -> None:
        """Take rows out; their place in the files is not used again.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        try:
            for start in range(0, len(chunk_ids), _READ_AT_ONCE):
                self._collection.delete(ids=list(chunk_ids[start : start + _READ_AT_ONCE]))
        except Exception as error:
            raise _not_written(error) from error

    def unreachable(self) -> list[str]:
        """Return the stored chunks that a search without a bound does not find."""
        ids = _all_digests(self._collection).keys()
        start = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
        return sorted(ids - _reachable(self._collection, start[0])) if ids else []

    def store_again(self, chunk_ids: Sequence[str]) -> None:
        """Take rows out and put them in anew, so that the graph gets fresh links to them.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        found = self._collection.get(ids=list(chunk_ids[:_READ_AT_ONCE]), include=["embeddings", "metadatas"])
        self.remove(found["ids"])
        digests = [metadata[_DIGEST] for metadata in found["metadatas"]]
        self.add(list(zip(found["ids"], digests, found["embeddings"], strict=True)))

    def best_cosines(self, vectors: FloatArray) -> FloatArray:
        """Return the cosine of the nearest chunk for each row of (n, dimension); −1 where nothing is found.

        In a store that is new, the search is narrower than the one it will serve with.
        """
        return _best_cosines(self._collection, vectors)

    def close(self) -> None:
        """Give the store the width that it serves with, and release the files.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        try:
            if self._fresh:
                with warnings.catch_warnings():
                    # Chroma warns that a collection has no embedding function of its own, which is what is wanted.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    self._collection.modify(configuration={"hnsw": {"ef_search": _WIDTH}})
        except Exception as error:
            raise _not_written(error) from error
        finally:
            _release(self._client)


def copy_store(source: Path, target: Path) -> None:
    """Copy a store to a new folder, without the room that removed rows left in its database.

    The database is read in one transaction, so a reader that has it open does no harm.

    Raises:
        IndexDamagedError: the database cannot be read.
        OSError: a file cannot be read or written.
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{_FILE}*"))
    connection = sqlite3.connect(f"{(source / _FILE).resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("VACUUM INTO ?", (str(target / _FILE),))
    except sqlite3.Error as error:
        raise IndexDamagedError(f"vector store {source} cannot be copied: {error}") from error
    finally:
        connection.close()


class ChromaVectorIndex:
    """The stored chunks of one generation, read-only; implements ``rag.ports.VectorIndex``."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in ``folder``.

        Raises:
            IndexDamagedError: the folder holds no readable collection.
        """
        if not (folder / _FILE).is_file():
            # Opening a missing folder would silently create an empty store.
            raise IndexDamagedError(f"vector store {folder} is missing")
        client = None
        try:
            client = _client(folder)
            self._collection = client.get_collection(_COLLECTION, embedding_function=None)
            self._client = client
        except Exception as error:  # chromadb raises its own, sqlite's and Rust's errors here
            if client is not None:
                _release(client)
            raise IndexDamagedError(f"vector store {folder} cannot be opened: {error}") from error

    def count(self) -> int:
        """Return the number of stored chunks."""
        return int(self._collection.count())

    def nearest(self, vector: FloatArray, n: int) -> list[tuple[str, float]]:
        """Return up to ``n`` (chunk_id, cosine), best first; nothing for a zero vector."""
        if n < 1 or not vector.any():
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=n, include=["distances"])
        return [
            (chunk_id, 1.0 - float(distance))
            for chunk_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def cosines(self, vector: FloatArray, chunk_ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine of each stored chunk among ``chunk_ids``."""
        if not chunk_ids:
            return {}
        stored = self.vectors(list(dict.fromkeys(chunk_ids)))
        return {chunk_id: float(own @ vector) for chunk_id, own in stored.items()}

    def vectors(self, chunk_ids: Sequence[str]) -> dict[str, FloatArray]:
        """Return the stored vector of each chunk among ``chunk_ids``."""
        stored: dict[str, FloatArray] = {}
        for start in range(0, len(chunk_ids), _READ_AT_ONCE):
            part = list(chunk_ids[start : start + _READ_AT_ONCE])
            found = self._collection.get(ids=part, include=["embeddings"])
            stored.update(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))
        return stored

    def digests(self) -> dict[str, str]:
        """Return the stored digest of every chunk; an empty one where a row has none."""
        return _all_digests(self._collection)

    def reachable(self, vector: FloatArray) -> set[str]:
        """Return every chunk that a search without a bound finds from ``vector``; used to verify a generation.

        After a damage Chroma may count rows that no search reaches (6,000 and 1,001 were seen).
        """
        return _reachable(self._collection, vector)

    def best_cosines(self, vectors: FloatArray) -> FloatArray:
        """Return the cosine of the nearest chunk for each row of (n, dimension); −1 where nothing is found."""
        return _best_cosines(self._collection, vectors)

    def close(self) -> None:
        """Release the files, so that the folder can be removed."""
        _release(self._client)


def _all_digests(collection: Any) -> dict[str, str]:
    stored: dict[str, str] = {}
    for start in range(0, collection.count(), _READ_AT_ONCE):
        found = collection.get(limit=_READ_AT_ONCE, offset=start, include=["metadatas"])
        for chunk_id, metadata in zip(found["ids"], found["metadatas"], strict=True):
            stored[chunk_id] = str((metadata or {}).get(_DIGEST, ""))
    return stored


def _reachable(collection: Any, vector: FloatArray) -> set[str]:
    found = collection.query(query_embeddings=[vector], n_results=max(collection.count(), 1), include=["distances"])
    return set(found["ids"][0])


def _best_cosines(collection: Any, vectors: FloatArray) -> FloatArray:
    best = np.full(len(vectors), -1.0, dtype=np.float32)
    for start in range(0, len(vectors), _ASKED_AT_ONCE):
        part = vectors[start : start + _ASKED_AT_ONCE]
        found = collection.query(query_embeddings=part, n_results=1, include=["distances"])
        for n, distances in enumerate(found["distances"], start=start):
            if distances:
                best[n] = 1.0 - float(distances[0])
    return best
